using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>Floats outside the managed heap, zero at first, aligned to a cache line so that no vector load crosses two.</summary>
internal sealed unsafe class NativeFloats : IDisposable
{
    private const int Alignment = 64;

    public NativeFloats(long length)
    {
        Length = length;
        try
        {
            Pointer = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, length) * sizeof(float), Alignment);
        }
        catch (OutOfMemoryException exception)
        {
            throw new GpuAlsException(
                FailureKind.Device, $"out of memory: {length * sizeof(float):N0} bytes are needed. Lower --rank or use a machine with more memory.", exception);
        }

        Clear();
    }

    ~NativeFloats() => Free();

    public float* Pointer { get; private set; }

    public long Length { get; }

    public void Clear() => NativeMemory.Clear(Pointer, (nuint)Length * sizeof(float));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
