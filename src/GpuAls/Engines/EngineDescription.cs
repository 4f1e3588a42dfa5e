namespace GpuAls;

/// <summary>What an engine runs on, for logs and manifests.</summary>
/// <param name="Id">What <c>--device</c> calls it: cpu, cuda:N, opencl:N or emulated.</param>
/// <param name="Name">The CPU or GPU, as the system or its driver names it.</param>
internal sealed record EngineDescription(string Id, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Id} ({Name})";
}
