using ILGPU;

namespace GpuAls.Kernels.Launching;

/// <summary>Parts of views; ILGPU's own has no empty part at the end.</summary>
public static class ViewParts
{
    /// <summary>Some elements of a view; none of them is an empty view.</summary>
    public static ArrayView<T> Part<T>(this ArrayView<T> view, long first, long count)
        where T : unmanaged => count == 0 ? ArrayView<T>.Empty : view.SubView(first, count);
}
