using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Eight threads that sum the loss of plays of a row, eight at a time: each reads every eighth Float4 of the eight rows of y, side by
/// side with the others, then adds what all have of one play.
/// </summary>
internal readonly struct LossTeam
{
    /// <summary>Threads of a team.</summary>
    public const int Lanes = 8;

    /// <summary>Plays of a turn, one a lane in the end.</summary>
    public const int Plays = Lanes;

    /// <summary>From the parts of one play to those of the next: 32 threads meet different banks.</summary>
    private const int PlayStride = Lanes + 1;

    private const int TeamStride = Plays * PlayStride;
    private const int TurnStride = LossKernels.Teams * TeamStride;

    /// <summary>Which team of the group.</summary>
    public readonly int Number;

    /// <summary>Which thread of the team.</summary>
    public readonly int Lane;

    private LossTeam(int number, int lane)
    {
        Number = number;
        Lane = lane;
    }

    /// <summary>The team of this thread.</summary>
    public static LossTeam Current() => new(Group.IdxX / Lanes, Group.IdxX % Lanes);

    /// <summary>The loss of the plays that fall to this thread. All threads of the group take part.</summary>
    /// <param name="arguments">Plays and factors.</param>
    /// <param name="row">The row.</param>
    /// <param name="first">First play of the team.</param>
    /// <param name="end">The play after the last.</param>
    /// <param name="step">From the plays of one turn to those of the next.</param>
    /// <param name="rounds">Turns, the same for the whole group.</param>
    public double Sum(in LossArguments arguments, int row, long first, long end, int step, int rounds)
    {
        // Two sets of parts: one is written while the other may still be read.
        var parts = SharedMemory.Allocate1D<float>(2 * TurnStride).AsContiguous();
        var x = arguments.RowFactors.SubView((long)row * arguments.Rank4, arguments.Rank4);
        double sum = 0;
        for (var round = 0; round < rounds; round++)
        {
            var start = first + ((long)round * step);
            var own = parts.SubView(((round & 1) * TurnStride) + (Number * TeamStride), TeamStride);
            StoreParts(own, arguments, x, start, end);
            Group.Barrier();
            if (start + Lane < end) sum += Term(arguments, start + Lane, Score(own.SubView(Lane * PlayStride, Lanes)));
        }

        return sum;
    }

    /// <summary>The sum over the team, lane by lane.</summary>
    public double TeamSum(double sum)
    {
        var sums = SharedMemory.Allocate1D<double>(LossKernels.GroupSize);
        sums[Group.IdxX] = sum;
        Group.Barrier();
        double total = 0;
        for (var lane = 0; lane < Lanes; lane++) total += sums[(Number * Lanes) + lane];
        return total;
    }

    /// <summary>Writes the thread's part of x·y for eight plays, their rows of y read side by side so that their latencies overlap.</summary>
    private void StoreParts(ArrayView<float> own, in LossArguments arguments, ArrayView<Float4> x, long start, long end)
    {
        var (y0, y1, y2, y3) = (Column(arguments, start, end), Column(arguments, start + 1, end), Column(arguments, start + 2, end), Column(arguments, start + 3, end));
        var (y4, y5, y6, y7) = (Column(arguments, start + 4, end), Column(arguments, start + 5, end), Column(arguments, start + 6, end), Column(arguments, start + 7, end));
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

    /// <summary>Where the row of y of a play begins; of another play, whose score is not used, where there is none.</summary>
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
