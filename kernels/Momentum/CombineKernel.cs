using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Arguments of <see cref="CombineKernel"/>.</summary>
public struct CombineArguments
{
    /// <summary>[length], what is written.</summary>
    public ArrayView<Float4> Target;

    /// <summary>[length].</summary>
    public ArrayView<Float4> X;

    /// <summary>[length].</summary>
    public ArrayView<Float4> Y;

    /// <summary>Factor of x.</summary>
    public float A;

    /// <summary>Factor of y.</summary>
    public float B;
}

/// <summary>target ← a·x + b·y, for the momentum of a training.</summary>
internal static class CombineKernel
{
    /// <summary>Threads per group.</summary>
    public const int GroupSize = 128;

    // Thread = every so many-th Float4.
    public static void Kernel(CombineArguments arguments)
    {
        var step = (long)Grid.DimX * GroupSize;
        for (var i = ((long)Grid.IdxX * GroupSize) + Group.IdxX; i < arguments.Target.Length; i += step)
            arguments.Target[i] = arguments.X[i].Scaled(arguments.A).Plus(arguments.Y[i].Scaled(arguments.B));
    }
}
