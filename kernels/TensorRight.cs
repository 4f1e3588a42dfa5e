using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What a lane has of Σ rhs·y over 64 factors: two of each sixteen, over two of each eight plays.</summary>
internal struct TensorRight
{
    private float _a, _b, _c, _d, _e, _f, _g, _h;

    /// <summary>Adds eight plays to the sums of the first 32 factors.</summary>
    public void Add(in TensorFragment a, in TensorFragment b, in TensorPlays plays)
    {
        _a = Sum(_a, a.Even, a.LaterEven, plays);
        _b = Sum(_b, a.Odd, a.LaterOdd, plays);
        _c = Sum(_c, b.Even, b.LaterEven, plays);
        _d = Sum(_d, b.Odd, b.LaterOdd, plays);
    }

    /// <summary>Adds eight plays to the sums of the last 32 factors.</summary>
    public void AddLater(in TensorFragment c, in TensorFragment d, in TensorPlays plays)
    {
        _e = Sum(_e, c.Even, c.LaterEven, plays);
        _f = Sum(_f, c.Odd, c.LaterOdd, plays);
        _g = Sum(_g, d.Even, d.LaterEven, plays);
        _h = Sum(_h, d.Odd, d.LaterOdd, plays);
    }

    /// <summary>Adds up what the four lanes of the same factors have, and writes it.</summary>
    public static void Store(in TensorRight right, in SegmentSums sums, in TensorJob job, int number, int rank4)
    {
        Store(new Float2(AddUp(right._a), AddUp(right._b)), sums, job, number, 0, rank4);
        Store(new Float2(AddUp(right._c), AddUp(right._d)), sums, job, number, 1, rank4);
        Store(new Float2(AddUp(right._e), AddUp(right._f)), sums, job, number, 2, rank4);
        Store(new Float2(AddUp(right._g), AddUp(right._h)), sums, job, number, 3, rank4);
    }

    private static float Sum(float sum, uint first, uint later, in TensorPlays plays) =>
        sum + (Interop.IntAsFloat(first) * plays.Right) + (Interop.IntAsFloat(later) * plays.LaterRight);

    private static void Store(Float2 value, in SegmentSums sums, in TensorJob job, int number, int sixteen, int rank4)
    {
        var pair = (job.FirstRow / 2) + (8 * sixteen) + job.G;
        if (job.Q == sixteen && pair < 2 * rank4) sums.StoreRightPair(number, pair, value);
    }

    private static float AddUp(float value)
    {
        value += Warp.ShuffleXor(value, 1);
        return value + Warp.ShuffleXor(value, 2);
    }
}
