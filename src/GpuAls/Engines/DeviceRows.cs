using System.Buffers;
using GpuAls.Kernels;

namespace GpuAls;

/// <summary>
/// Rows of factors at their address in the memory of a CUDA device, for libraries of MPI that send from there and
/// receive there. The CPU must not touch them.
/// </summary>
/// <param name="values">[rows, stride].</param>
/// <param name="stride">Float4s from a row to the next.</param>
/// <param name="bind">Makes the device current on the thread that calls it.</param>
internal sealed class DeviceRows(Memory<Float4> values, int stride, Action bind)
{
    /// <summary>[rows, <see cref="Stride"/>].</summary>
    public Memory<Float4> Values => values;

    /// <summary>Float4s from a row to the next.</summary>
    public int Stride => stride;

    /// <summary>Makes the device current on the calling thread, which the library may need.</summary>
    public void Bind() => bind();

    /// <summary>Memory at an address that stays.</summary>
    /// <param name="address">The first byte.</param>
    /// <param name="length">Float4s.</param>
    public static Memory<Float4> At(nint address, int length) => new AddressedMemory(address, length).Memory;

    /// <summary>Passes an address on; nothing is read.</summary>
    private sealed unsafe class AddressedMemory(nint address, int length) : MemoryManager<Float4>
    {
        public override Span<Float4> GetSpan() => new((void*)address, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new((Float4*)address + elementIndex);

        public override void Unpin()
        {
            // It does not move.
        }

        protected override void Dispose(bool disposing)
        {
            // Its owner frees it.
        }
    }
}
