using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Eight threads that sum the loss over the plays of a row, eight plays at a time. Each lane reads every eighth Float4
/// of all eight rows of y, so that neighbouring lanes read neighbouring addresses, then adds up the lanes' parts of one
/// play.
/// </summary>
internal readonly struct LossTeam
{
    /// <summary>Threads per team.</summary>
    public const int Lanes = 8;

    /// <summary>Plays per round, one per lane.</summary>
    public const int Plays = Lanes;

    /// <summary>
    /// Stride from the parts of one play to those of the next; nine, so that 32 threads access different banks.
    /// </summary>
    private const int PlayStride = Lanes + 1;

    private const int TeamStride = Plays * PlayStride;
    private const int RoundStride = LossKernels.Teams * TeamStride;

    /// <summary>Index of the team within the group.</summary>
    public readonly int Number;

    /// <summary>Index of the thread within the team.</summary>
    public readonly int Lane;

    private LossTeam(int number, int lane)
    {
        Number = number;
        Lane = lane;
    }

    /// <summary>The team of this thread.</summary>
    public static LossTeam Current() => new(Group.IdxX / Lanes, Group.IdxX % Lanes);

    /// <summary>The loss over the plays assigned to this thread. Every thread of the group must call it.</summary>
    /// <param name="arguments">Plays and factors.</param>
    /// <param name="row">The row.</param>
    /// <param name="first">The team's first play.</param>
    /// <param name="end">End of the plays (exclusive).</param>
    /// <param name="step">Distance between the plays of one round and the next.</param>
    /// <param name="rounds">Number of rounds, the same for the whole group.</param>
    public double Sum(in LossArguments arguments, int row, long first, long end, int step, int rounds)
    {
        // Double-buffered: one set of parts is written while the other may still be read.
        var parts = SharedMemory.Allocate1D<float>(2 * RoundStride).AsContiguous();
        var x = arguments.RowFactors.SubView((long)row * arguments.Rank4, arguments.Rank4);
        double sum = 0;
        for (var round = 0; round < rounds; round++)
        {
            var start = first + ((long)round * step);
            var own = parts.SubView(((round & 1) * RoundStride) + (Number * TeamStride), TeamStride);
            StoreParts(own, arguments, x, start, end);
            Group.Barrier();
            if (start + Lane < end) sum += Term(arguments, start + Lane, Score(own.SubView(Lane * PlayStride, Lanes)));
        }

        return sum;
    }

    /// <summary>The sum over the team, added in lane order.</summary>
    public double TeamSum(double sum)
    {
        var sums = SharedMemory.Allocate1D<double>(LossKernels.GroupSize);
        sums[Group.IdxX] = sum;
        Group.Barrier();
        double total = 0;
        for (var lane = 0; lane < Lanes; lane++) total += sums[(Number * Lanes) + lane];
        return total;
    }

    /// <summary>
    /// Writes the thread's part of x·y for eight plays. The eight rows of y are read together so that their latencies
    /// overlap.
    /// </summary>
    private void StoreParts(ArrayView<float> own, in LossArguments arguments, ArrayView<Float4> x, long start, long end)
    {
        var (y0, y1) = (Column(arguments, start, end), Column(arguments, start + 1, end));
        var (y2, y3) = (Column(arguments, start + 2, end), Column(arguments, start + 3, end));
        var (y4, y5) = (Column(arguments, start + 4, end), Column(arguments, start + 5, end));
        var (y6, y7) = (Column(arguments, start + 6, end), Column(arguments, start + 7, end));
        var (low, high) = (Float4.Zero, Float4.Zero);
        var y = arguments.ColumnFactors;
        for (var i = Lane; i < arguments.Rank4; i += Lanes)
        {
            var a = x[i];
            low = low.Plus(new Float4(a.Dot(y[y0 + i]), a.Dot(y[y1 + i]), a.Dot(y[y2 + i]), a.Dot(y[y3 + i])));
            high = high.Plus(new Float4(a.Dot(y[y4 + i]), a.Dot(y[y5 + i]), a.Dot(y[y6 + i]), a.Dot(y[y7 + i])));
        }

        own[Lane] = low.X;
        own[PlayStride + Lane] = low.Y;
        own[(2 * PlayStride) + Lane] = low.Z;
        own[(3 * PlayStride) + Lane] = low.W;
        own[(4 * PlayStride) + Lane] = high.X;
        own[(5 * PlayStride) + Lane] = high.Y;
        own[(6 * PlayStride) + Lane] = high.Z;
        own[(7 * PlayStride) + Lane] = high.W;
    }

    /// <summary>
    /// The index at which a play's row of y starts. Past the end it is that of another play, whose score is not used.
    /// </summary>
    private static long Column(in LossArguments arguments, long play, long end)
    {
        var known = IntrinsicMath.Max(IntrinsicMath.Min(play, end - 1), arguments.Indptr[0]);
        return (long)arguments.Indices[known] * arguments.Rank4;
    }

    private static float Score(ArrayView<float> parts)
    {
        float score = 0;
        for (var lane = 0; lane < Lanes; lane++) score += parts[lane];
        return score;
    }

    private static double Term(in LossArguments arguments, long entry, double score)
    {
        var value = arguments.Values[entry];
        if (arguments.IsExplicit != 0) return (value - score) * (value - score);
        double gram = (value < 0 ? -value : value) + arguments.GramOffset;
        double rhs = value > 0 ? value + arguments.RhsOffset : 0;
        return (rhs * (1 - score) * (1 - score)) + ((gram - rhs) * score * score);
    }
}
