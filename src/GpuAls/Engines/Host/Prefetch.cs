using System.Runtime.Intrinsics.X86;

namespace GpuAls.Engines.Host;

/// <summary>Asks for memory that will soon be read; does nothing where the processor cannot be asked.</summary>
internal static unsafe class Prefetch
{
    private const int LineFloats = 16;

    public static void Floats(float* source, int count)
    {
        if (!Sse.IsSupported) return;
        for (var i = 0; i < count; i += LineFloats) Sse.Prefetch0(source + i);
    }
}
