using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>
/// Copies between host and device that are finished when they return. ILGPU does not pin what it is given by reference, and a
/// driver may copy until the stream is waited for: so the host's memory is pinned here until then.
/// </summary>
public static unsafe class Transfer
{
    /// <summary>Copies a span to the start of a view.</summary>
    public static void ToDevice<T>(ReadOnlySpan<T> source, ArrayView<T> target)
        where T : unmanaged
    {
        if (source.IsEmpty) return;
        var stream = target.GetAccelerator().DefaultStream;
        fixed (T* pinned = source)
        {
            target.SubView(0, source.Length).CopyFromCPU(stream, ref *pinned, source.Length);
            stream.Synchronize();
        }
    }

    /// <summary>Fills a span from the start of a view, after all launches before.</summary>
    public static void ToHost<T>(ArrayView<T> source, Span<T> target)
        where T : unmanaged
    {
        if (target.IsEmpty) return;
        var stream = source.GetAccelerator().DefaultStream;
        fixed (T* pinned = target)
        {
            source.SubView(0, target.Length).CopyToCPU(stream, ref *pinned, target.Length);
            stream.Synchronize();
        }
    }
}

/// <summary>Parts of views; ILGPU's own has no empty part at the end.</summary>
public static class ViewParts
{
    /// <summary>Some elements of a view; none of them is an empty view.</summary>
    public static ArrayView<T> Part<T>(this ArrayView<T> view, long first, long count)
        where T : unmanaged => count == 0 ? ArrayView<T>.Empty : view.SubView(first, count);
}
