namespace GpuAls.Kernels.Launching;

/// <summary>More of a device's memory was asked for than is left below its bound.</summary>
/// <param name="needed">Bytes that were asked for.</param>
/// <param name="memory">The books that refused.</param>
#pragma warning disable CA1032 // Nobody else throws it.
public sealed class DeviceMemoryException(long needed, DeviceMemory memory)
    : Exception($"{needed:N0} bytes were asked for, {memory.Left:N0} of {memory.Bound:N0} are left.")
#pragma warning restore CA1032
{
    /// <summary>Bytes that were asked for.</summary>
    public long NeededBytes { get; } = needed;

    /// <summary>Bytes that were left.</summary>
    public long LeftBytes { get; } = memory.Left;

    /// <summary>The bound.</summary>
    public long BoundBytes { get; } = memory.Bound;
}
