using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace GpuAls;

/// <summary>
/// Zero-initialized floats outside the managed heap, aligned to cache lines so that no vector load crosses one.
/// </summary>
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
                FailureKind.Device,
                $"out of memory: {Counted.Of(length * sizeof(float), "byte")} are needed. "
                + "Lower --rank or use a machine with more memory.",
                exception);
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

/// <summary>Prefetches memory that will soon be read; does nothing if the CPU does not support it.</summary>
internal static unsafe class Prefetch
{
    private const int LineFloats = 16;

    /// <summary>Prefetches the row of y of a play.</summary>
    /// <param name="y">The factors.</param>
    /// <param name="entries">A row of plays.</param>
    /// <param name="play">Index of the play within the row. May be past its end, or past the last row.</param>
    /// <param name="length">Number of floats that will be read.</param>
    /// <param name="first">The first of them.</param>
    public static void RowOfPlay(HostFactors y, RowEntries entries, int play, int length, int first = 0)
    {
        if (!Sse.IsSupported || play >= entries.IndicesOnward.Length) return;
        var row = y.Row(entries.IndicesOnward[play]) + first;
        for (var i = 0; i < length; i += LineFloats) Sse.Prefetch0(row + i);
    }
}
