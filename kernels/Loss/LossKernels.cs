using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Arguments of the kernels that sum the loss over plays.</summary>
public struct LossArguments
{
    /// <summary>[rows + 1].</summary>
    public ArrayView<long> Indptr;

    /// <summary>[entries], columns.</summary>
    public ArrayView<int> Indices;

    /// <summary>[entries], ±conf, or ratings.</summary>
    public ArrayView<float> Values;

    /// <summary>x, [rows, rank4].</summary>
    public ArrayView<Float4> RowFactors;

    /// <summary>y, [columns, rank4].</summary>
    public ArrayView<Float4> ColumnFactors;

    /// <summary>[rows], one sum per row.</summary>
    public ArrayView<double> RowSums;

    /// <summary>
    /// [windows], sums of the later segments of long rows, indexed by the window of entries in which the segment
    /// starts.
    /// </summary>
    public ArrayView<double> SegmentSums;

    /// <summary>Number of rows.</summary>
    public int RowCount;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>Added to |value| for the weight on the left side.</summary>
    public float GramOffset;

    /// <summary>Added to a positive value for the weight on the right side.</summary>
    public float RhsOffset;

    /// <summary>1 if values are ratings.</summary>
    public int IsExplicit;
}

/// <summary>Arguments of the kernel that computes a weighted squared norm.</summary>
public struct NormArguments
{
    /// <summary>[rows, rank4].</summary>
    public ArrayView<Float4> Factors;

    /// <summary>[rows].</summary>
    public ArrayView<float> Weights;

    /// <summary>[groups], one sum per group.</summary>
    public ArrayView<double> Partials;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;
}

/// <summary>
/// Sums over rows: products in fp32, terms and sums in fp64. Which thread adds a play depends only on the play's
/// position in its row, and sums are added in a fixed order, so a row's sum has the same bits wherever the row is in
/// the matrix.
/// </summary>
internal static class LossKernels
{
    /// <summary>Threads per group.</summary>
    public const int GroupSize = LossTeam.Lanes * Teams;

    /// <summary>Teams per group, one row each.</summary>
    public const int Teams = 16;

    /// <summary>Plays per segment. Longer rows are split, so that no team gets more.</summary>
    public const int SegmentPlays = 1024;

    // Group = 16 rows; team = the first segment of a row.
    public static void FirstSegments(LossArguments arguments)
    {
        var rounds = SharedMemory.Allocate1D<int>(1);
        var team = LossTeam.Current();
        var row = (Grid.IdxX * Teams) + team.Number;
        var exists = row < arguments.RowCount;
        var first = arguments.Indptr[exists ? row : 0];
        var end = exists ? IntrinsicMath.Min(arguments.Indptr[row + 1], first + SegmentPlays) : first;
        if (Group.IdxX == 0) rounds[0] = 0;
        Group.Barrier();
        if (team.Lane == 0) Atomic.Max(ref rounds[0], (int)((end - first + LossTeam.Plays - 1) / LossTeam.Plays));
        Group.Barrier();

        // All teams run as many rounds as the longest row needs: every thread must reach every barrier.
        var sum = team.Sum(arguments, exists ? row : 0, first, end, LossTeam.Plays, rounds[0]);
        sum = team.TeamSum(sum);
        if (exists && team.Lane == 0) arguments.RowSums[row] = sum;
    }

    // Group = a window of 1,024 entries. At most one segment that is not the first of its row starts in it.
    public static void LaterSegments(LossArguments arguments)
    {
        var windowStart = arguments.Indptr[0] + ((long)Grid.IdxX * SegmentPlays);
        if (windowStart >= arguments.Indptr[arguments.RowCount]) return;
        var windowEnd = IntrinsicMath.Min(windowStart + SegmentPlays, arguments.Indptr[arguments.RowCount]);

        // Its row starts at least 1,024 entries earlier, hence before the window, and owns the window's first entry.
        var row = RowOf(arguments, windowStart);
        var start = SegmentIn(arguments, row, windowStart);
        if (start >= windowEnd) return;
        var team = LossTeam.Current();
        var end = IntrinsicMath.Min(arguments.Indptr[row + 1], start + SegmentPlays);
        var rounds = (int)((end - start + GroupSize - 1) / GroupSize);
        var sum = team.Sum(arguments, row, start + (LossTeam.Plays * team.Number), end, GroupSize, rounds);
        sum = GroupSum(sum);
        if (Group.IdxX == 0) arguments.SegmentSums[Grid.IdxX] = sum;
    }

    // Thread = one row; its segments are added in order.
    public static void RowTotals(LossArguments arguments)
    {
        var row = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (row >= arguments.RowCount) return;
        var sum = arguments.RowSums[row];
        for (var start = arguments.Indptr[row] + SegmentPlays; start < arguments.Indptr[row + 1]; start += SegmentPlays)
            sum += arguments.SegmentSums[(start - arguments.Indptr[0]) / SegmentPlays];
        arguments.RowSums[row] = sum;
    }

    // Team = rows, strided over the grid; lane = every eighth Float4 of a row.
    public static void SquaredNorm(NormArguments arguments)
    {
        var team = LossTeam.Current();
        double sum = 0;
        for (var row = ((long)Grid.IdxX * Teams) + team.Number;
            row < arguments.Weights.Length;
            row += (long)Grid.DimX * Teams)
        {
            float square = 0;
            for (var part = team.Lane; part < arguments.Rank4; part += LossTeam.Lanes)
            {
                var x = arguments.Factors[(row * arguments.Rank4) + part];
                square += x.Dot(x);
            }

            sum += (double)arguments.Weights[row] * square;
        }

        sum = GroupSum(sum);
        if (Group.IdxX == 0) arguments.Partials[Grid.IdxX] = sum;
    }

    /// <summary>The row that contains an entry.</summary>
    private static int RowOf(in LossArguments arguments, long entry)
    {
        var low = 0;
        var high = arguments.RowCount;
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (arguments.Indptr[middle] <= entry) low = middle;
            else high = middle;
        }

        return low;
    }

    /// <summary>
    /// The start of the row's earliest segment, other than its first, that starts at or after an entry; long.MaxValue
    /// if none.
    /// </summary>
    private static long SegmentIn(in LossArguments arguments, int row, long entry)
    {
        var first = arguments.Indptr[row];
        var segment = IntrinsicMath.Max(1, (entry - first + SegmentPlays - 1) / SegmentPlays);
        var start = first + (segment * SegmentPlays);
        return start < arguments.Indptr[row + 1] ? start : long.MaxValue;
    }

    /// <summary>The sum over all threads of the group, added as a tree.</summary>
    private static double GroupSum(double sum)
    {
        var sums = SharedMemory.Allocate1D<double>(GroupSize);
        sums[Group.IdxX] = sum;
        Group.Barrier();
        for (var half = GroupSize / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half) sums[Group.IdxX] = sums[Group.IdxX] + sums[Group.IdxX + half];
            Group.Barrier();
        }

        return sums[0];
    }
}
