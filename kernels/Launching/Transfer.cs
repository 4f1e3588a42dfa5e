using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>Copies between host and device that are finished when they return.</summary>
public static class Transfer
{
    /// <summary>Copies a span to the start of a view.</summary>
    public static void ToDevice<T>(ReadOnlySpan<T> source, ArrayView<T> target)
        where T : unmanaged
    {
        if (source.IsEmpty) return;
        var stream = target.GetAccelerator().DefaultStream;
        target.SubView(0, source.Length).CopyFromCPU(stream, ref MemoryMarshal.GetReference(source), source.Length);
        stream.Synchronize();
    }

    /// <summary>Fills a span from the start of a view, after all launches before.</summary>
    public static void ToHost<T>(ArrayView<T> source, Span<T> target)
        where T : unmanaged
    {
        if (target.IsEmpty) return;
        var stream = source.GetAccelerator().DefaultStream;
        source.SubView(0, target.Length).CopyToCPU(stream, ref MemoryMarshal.GetReference(target), target.Length);
        stream.Synchronize();
    }
}
