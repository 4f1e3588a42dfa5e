namespace GpuAls;

/// <summary>Operations on one padded row. Lengths are a whole number of vectors, where nothing else is said.</summary>
internal static unsafe class VectorMath<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>x·y.</summary>
    public static float Dot(float* x, float* y, int length)
    {
        var sum = TSimd.Zero;
        for (var i = 0; i < length; i += TSimd.Width) sum = TSimd.MultiplyAdd(TSimd.Load(x + i), TSimd.Load(y + i), sum);
        return TSimd.Sum(sum);
    }

    /// <summary>y += scale·x.</summary>
    public static void AddScaled(float scale, float* x, float* y, int length)
    {
        var factor = TSimd.Broadcast(scale);
        for (var i = 0; i < length; i += TSimd.Width) TSimd.Store(TSimd.MultiplyAdd(factor, TSimd.Load(x + i), TSimd.Load(y + i)), y + i);
    }

    /// <summary>y = scale·x.</summary>
    public static void Scale(float scale, float* x, float* y, int length)
    {
        var factor = TSimd.Broadcast(scale);
        for (var i = 0; i < length; i += TSimd.Width) TSimd.Store(TSimd.Multiply(factor, TSimd.Load(x + i)), y + i);
    }

    /// <summary>Whether no element is NaN or infinite; any length.</summary>
    public static bool AllFinite(float* x, int length)
    {
        for (var i = 0; i < length; i++)
            if (!float.IsFinite(x[i])) return false;
        return true;
    }
}
