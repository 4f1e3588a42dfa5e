using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Eight Float4s side by side, loaded from one address: an element of a view each would cost an address each.</summary>
internal struct Float4x8
{
    public Float4 V0, V1, V2, V3, V4, V5, V6, V7;

    /// <summary>The eight from a place on. A cast of the view would round the place down to a multiple of eight on ILGPU's emulator.</summary>
    public static Float4x8 At(ArrayView<Float4> memory, int place) => Unsafe.As<Float4, Float4x8>(ref memory[place]);
}
