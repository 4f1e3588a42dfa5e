using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>
/// Blocking copies between host and device. ILGPU does not pin memory passed by reference, and the driver may keep
/// copying until the stream is synchronized, so host memory is pinned here until then.
/// </summary>
public static unsafe class Transfer
{
    /// <summary>Copies a span to the start of a view.</summary>
    public static void ToDevice<T>(ReadOnlySpan<T> source, ArrayView<T> target)
        where T : unmanaged
    {
        if (source.IsEmpty) return;
        var accelerator = target.GetAccelerator();
        DeviceMemory.Of(accelerator).CountToDevice<T>(source.Length);
        var stream = accelerator.DefaultStream;
        fixed (T* pinned = source)
        {
            target.SubView(0, source.Length).CopyFromCPU(stream, ref *pinned, source.Length);
            stream.Synchronize();
        }
    }

    /// <summary>Fills a span from the start of a view, after all earlier launches.</summary>
    public static void ToHost<T>(ArrayView<T> source, Span<T> target)
        where T : unmanaged
    {
        if (target.IsEmpty) return;
        var accelerator = source.GetAccelerator();
        DeviceMemory.Of(accelerator).CountFromDevice<T>(target.Length);
        var stream = accelerator.DefaultStream;
        fixed (T* pinned = target)
        {
            source.SubView(0, target.Length).CopyToCPU(stream, ref *pinned, target.Length);
            stream.Synchronize();
        }
    }
}

/// <summary>Slices of views. Unlike ILGPU's own, a slice may be empty, even at the end of the view.</summary>
public static class ViewParts
{
    /// <summary>A slice of a view; an empty view if the count is 0.</summary>
    public static ArrayView<T> Part<T>(this ArrayView<T> view, long first, long count)
        where T : unmanaged => count == 0 ? ArrayView<T>.Empty : view.SubView(first, count);
}
