using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Sixteen factors of eight plays, distributed over a warp, multiplied by √gram and rounded to tf32: lane 4·g + q holds
/// factors 2·g and 2·g + 1 of plays q and q + 4. This way, the 16-row and 8-column operands of mma.m16n8k8 are the same
/// registers.
/// </summary>
internal struct TensorFragment
{
    /// <summary>Factors 2·g and 2·g + 1 of play q.</summary>
    public uint Even, Odd;

    /// <summary>The same of play q + 4.</summary>
    public uint LaterEven, LaterOdd;

    /// <param name="first">Two factors of play q.</param>
    /// <param name="later">Two factors of play q + 4.</param>
    /// <param name="plays">Their scales.</param>
    public static TensorFragment Of(Float2 first, Float2 later, in TensorPlays plays) => new()
    {
        Even = Rounded(first.X, plays.Scale, plays.Split),
        Odd = Rounded(first.Y, plays.Scale, plays.Split),
        LaterEven = Rounded(later.X, plays.LaterScale, plays.LaterSplit),
        LaterOdd = Rounded(later.Y, plays.LaterScale, plays.LaterSplit),
    };

    /// <summary>
    /// Rounds y·scale to the 11 significant bits of tf32 by Veltkamp splitting (Dekker, 1971), which preserves NaN.
    /// </summary>
    private static uint Rounded(float y, float scale, float split)
    {
        var large = y * split;

        // As bits: mma takes tf32 operands in integer registers.
        return Interop.FloatAsInt(large + ((y * scale) - large));
    }
}

/// <summary>
/// The two of eight plays whose factors a lane loads. Plays are looked up 32 at a time, one per lane.
/// </summary>
internal struct TensorPlays
{
    /// <summary>Plays that a warp looks up at a time.</summary>
    public const int Width = 32;

    /// <summary>Plays that a warp multiplies at a time.</summary>
    public const int Depth = 8;

    private const float SplitFactor = (1 << 13) + 1;

    /// <summary>Rows of y.</summary>
    public int Column, LaterColumn;

    /// <summary>√gram.</summary>
    public float Scale, LaterScale;

    /// <summary>√gram·(2¹³ + 1), used for rounding.</summary>
    public float Split, LaterSplit;

    /// <summary>Weights of the scaled rows on the right side.</summary>
    public float Right, LaterRight;

    /// <summary>Fetches the plays that this lane loads from the lanes that looked them up.</summary>
    /// <param name="known">The play that this lane looked up.</param>
    /// <param name="first">Index of the first of the eight plays within the 32.</param>
    /// <param name="q">Selects two of the eight.</param>
    public static TensorPlays From(TeamEntry known, int first, int q)
    {
        var (scale, laterScale) = (Warp.Shuffle(known.Scale, first + q), Warp.Shuffle(known.Scale, first + q + 4));
        return new TensorPlays
        {
            Column = Warp.Shuffle(known.Column, first + q),
            LaterColumn = Warp.Shuffle(known.Column, first + q + 4),
            Scale = scale,
            LaterScale = laterScale,
            Split = SplitFactor * scale,
            LaterSplit = SplitFactor * laterScale,
            Right = Warp.Shuffle(known.Right, first + q),
            LaterRight = Warp.Shuffle(known.Right, first + q + 4),
        };
    }
}

/// <summary>Loads a lane's share of 64 factors from rows of y: two of each sixteen.</summary>
internal struct TensorColumns
{
    private ArrayView<Float2> _fixed;
    private int _rank2;
    private int _part0, _part1, _part2, _part3;

    /// <param name="arguments">y.</param>
    /// <param name="first">The first of the 64.</param>
    /// <param name="g">The lane's pair of each sixteen.</param>
    public static TensorColumns Of(in RowSolveArguments arguments, int first, int g)
    {
        var part = (first / 2) + g;
        var last = (2 * arguments.Rank4) - 1; // duplicates past the end are multiplied but never stored
        return new TensorColumns
        {
            _fixed = arguments.Fixed.Cast<Float2>(),
            _rank2 = 2 * arguments.Rank4,
            _part0 = Math.Min(part, last),
            _part1 = Math.Min(part + 8, last),
            _part2 = Math.Min(part + 16, last),
            _part3 = Math.Min(part + 24, last),
        };
    }

    public readonly TensorFragment Load0(in TensorPlays plays) => Load(plays, _part0);

    public readonly TensorFragment Load1(in TensorPlays plays) => Load(plays, _part1);

    public readonly TensorFragment Load2(in TensorPlays plays) => Load(plays, _part2);

    public readonly TensorFragment Load3(in TensorPlays plays) => Load(plays, _part3);

    private readonly TensorFragment Load(in TensorPlays plays, int part) => TensorFragment.Of(
        _fixed[((long)plays.Column * _rank2) + part], _fixed[((long)plays.LaterColumn * _rank2) + part], plays);
}

/// <summary>
/// A lane's partial sums of Σ rhs·y for 64 factors: two of each sixteen factors, over two of each eight plays.
/// </summary>
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

    /// <summary>Adds up the four lanes that share factors, and writes the sums.</summary>
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
