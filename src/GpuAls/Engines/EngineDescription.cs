namespace GpuAls.Engines;

/// <summary>What an engine runs on, for logs and manifests.</summary>
/// <param name="Kind">cpu, cuda, opencl or emulated.</param>
/// <param name="Name">The processor or device, as its driver names it.</param>
public sealed record EngineDescription(string Kind, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} ({Name})";
}
