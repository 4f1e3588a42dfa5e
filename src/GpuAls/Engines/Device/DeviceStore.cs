using GpuAls.Kernels.Launching;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls;

/// <summary>
/// A device's memory as an engine shares it out: factors and scratch first, plays in what is left. Plays that stay there give
/// way when the room is needed: they can be streamed.
/// </summary>
internal sealed class DeviceStore(Accelerator accelerator) : IDisposable
{
    private readonly List<DevicePlays> _resident = [];
    private LaunchScratch _largest;

    /// <summary>The device.</summary>
    public Accelerator Accelerator { get; } = accelerator;

    /// <summary>The books.</summary>
    public DeviceMemory Memory { get; } = DeviceMemory.Of(accelerator);

    /// <summary>The way between host and device for what is large.</summary>
    public Staging Staging { get; } = new(accelerator);

    /// <summary>Bytes of the plays that stay on the device.</summary>
    public long PlaysBytes => _resident.Sum(plays => plays.Size.Bytes);

    /// <summary>Takes memory for factors or a block of plays.</summary>
    /// <exception cref="DeviceMemoryException">There is too little, even when no plays stay there.</exception>
    public DeviceBuffer<T> Allocate<T>(long length)
        where T : unmanaged
    {
        while (Memory.Left < length * Interop.SizeOf<T>() && GiveUpPlays()) { }
        return Memory.Allocate<T>(length);
    }

    /// <summary>Notes the rank of factors, which scratch grows with.</summary>
    /// <param name="rank4">Float4s in a row.</param>
    public void Expect(int rank4) => _largest = _largest.Or(new LaunchScratch(rank4, 0, 0, 0));

    /// <summary>Bytes of scratch that operations will still take. What they took for something larger does not serve other needs.</summary>
    /// <param name="scratch">What they work on; the rank is known here.</param>
    public long ScratchToCome(LaunchScratch scratch)
    {
        _largest = _largest.Or(scratch);
        return Math.Max(0, _largest.BytesOn(Accelerator) - Memory.Scratch);
    }

    /// <summary>Makes room for the scratch that an operation will take.</summary>
    /// <param name="scratch">What it works on.</param>
    public void MakeRoom(LaunchScratch scratch)
    {
        while (Memory.Left < ScratchToCome(scratch) && GiveUpPlays()) { }
    }

    /// <summary>Notes plays that stay on the device.</summary>
    public void Add(DevicePlays plays) => _resident.Add(plays);

    /// <summary>Forgets them.</summary>
    public void Remove(DevicePlays plays) => _resident.Remove(plays);

    /// <summary>Lets the plays that came last be streamed from now on.</summary>
    /// <returns>False where none stay on the device.</returns>
    public bool GiveUpPlays()
    {
        if (_resident.Count == 0) return false;
        _resident[^1].GiveUp();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => Staging.Dispose();
}
