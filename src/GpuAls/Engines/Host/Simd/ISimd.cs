namespace GpuAls;

/// <summary>The host engine's vector operations for one width, so that each algorithm is written only once.</summary>
/// <typeparam name="TVector">Vector512, Vector256 or Vector128 of float.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Width { get; }

    /// <summary>Whether the CPU has 32 of these vector registers (AVX-512) rather than 16.</summary>
    static abstract bool HasManyRegisters { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector vector, float* target);

    static abstract TVector Broadcast(float value);

    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a·b + c, fused if the CPU supports it.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>c - a·b, fused if the CPU supports it.</summary>
    static abstract TVector MultiplySubtract(TVector a, TVector b, TVector c);

    /// <summary>1/√x, computed as a square root and a division; NaN below 0.</summary>
    static abstract TVector ReciprocalRoot(TVector vector);

    /// <summary>The larger value of each lane; NaN if either is NaN.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>Transposes a square: target[j·targetStep + i] = source[i·sourceStep + j]; i, j &lt; Width.</summary>
    static abstract void Transpose(float* source, nint sourceStep, float* target, nint targetStep);

    /// <summary>The sum of all lanes, always added in the same order.</summary>
    static abstract float Sum(TVector vector);

    /// <summary>One bit per lane, set if a > b; clear for NaN.</summary>
    static abstract uint GreaterBits(TVector a, TVector b);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Abs(TVector vector);

    /// <summary>The lanes of a vector where a condition is positive, 0 elsewhere.</summary>
    static abstract TVector WherePositive(TVector condition, TVector vector);

    /// <summary>target[0..8] = the sum of the lanes of each vector, always added in the same order.</summary>
    static abstract void StoreSums(
        TVector a, TVector b, TVector c, TVector d, TVector e, TVector f, TVector g, TVector h, float* target);
}
