using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What the kernels of the plays' loss take.</summary>
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

    /// <summary>[rows], the sum of each row.</summary>
    public ArrayView<double> RowSums;

    /// <summary>[windows], sums of the segments of long rows: each where the window of entries is in which it begins.</summary>
    public ArrayView<double> SegmentSums;

    /// <summary>Number of rows.</summary>
    public int RowCount;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>Added to |value| for the weight on the left side.</summary>
    public float GramOffset;

    /// <summary>Added to a positive value for the weight on the right side.</summary>
    public float RhsOffset;

    /// <summary>Whether values are ratings; 1 where they are.</summary>
    public int IsExplicit;
}

/// <summary>What the kernel of the weighted squared norm takes.</summary>
public struct NormArguments
{
    /// <summary>[rows, rank4].</summary>
    public ArrayView<Float4> Factors;

    /// <summary>[rows].</summary>
    public ArrayView<float> Weights;

    /// <summary>[groups], the sum of each group.</summary>
    public ArrayView<double> Partials;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;
}

/// <summary>
/// Sums over rows: products in fp32, terms and sums in fp64. Which thread adds which plays depends on their positions in the row
/// alone, and sums are added in a fixed order: a row's sum has the same bits wherever the row stands.
/// </summary>
internal static class LossKernels
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = LossTeam.Lanes * Teams;

    /// <summary>Teams of a group, a row each.</summary>
    public const int Teams = 16;

    /// <summary>Plays of a segment: longer rows are cut, so that no team has more.</summary>
    public const int SegmentPlays = 1024;

    // One group 16 rows; team = the first segment of a row.
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

        // All teams take as many turns as the longest row needs: barriers must be met by all.
        var sum = team.Sum(arguments, exists ? row : 0, first, end, LossTeam.Plays, rounds[0]);
        sum = team.TeamSum(sum);
        if (exists && team.Lane == 0) arguments.RowSums[row] = sum;
    }

    // One group the segment, not the first of its row, that begins in a window of 1,024 entries: there is one at most.
    public static void LaterSegments(LossArguments arguments)
    {
        var windowStart = arguments.Indptr[0] + ((long)Grid.IdxX * SegmentPlays);
        if (windowStart >= arguments.Indptr[arguments.RowCount]) return;
        var windowEnd = IntrinsicMath.Min(windowStart + SegmentPlays, arguments.Indptr[arguments.RowCount]);

        // A row with such a segment begins 1,024 entries before it or more, so before the window, and has the window's first entry.
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

    // Thread = one row; its segments in their order.
    public static void RowTotals(LossArguments arguments)
    {
        var row = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (row >= arguments.RowCount) return;
        var sum = arguments.RowSums[row];
        for (var start = arguments.Indptr[row] + SegmentPlays; start < arguments.Indptr[row + 1]; start += SegmentPlays)
            sum += arguments.SegmentSums[(start - arguments.Indptr[0]) / SegmentPlays];
        arguments.RowSums[row] = sum;
    }

    // Team = some rows, strided over the grid; lane = every eighth Float4 of a row.
    public static void SquaredNorm(NormArguments arguments)
    {
        var team = LossTeam.Current();
        double sum = 0;
        for (var row = ((long)Grid.IdxX * Teams) + team.Number; row < arguments.Weights.Length; row += (long)Grid.DimX * Teams)
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

    /// <summary>The row that an entry belongs to.</summary>
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

    /// <summary>The first segment but one of a row that begins at an entry or after; far away where there is none.</summary>
    private static long SegmentIn(in LossArguments arguments, int row, long entry)
    {
        var first = arguments.Indptr[row];
        var segment = IntrinsicMath.Max(1, (entry - first + SegmentPlays - 1) / SegmentPlays);
        var start = first + (segment * SegmentPlays);
        return start < arguments.Indptr[row + 1] ? start : long.MaxValue;
    }

    /// <summary>The sum over all threads of a group, added as a tree.</summary>
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
