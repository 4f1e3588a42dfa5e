using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace GpuAls;

/// <summary>
/// The micro-kernel of scoring: a panel of queries against a block of items, in registers. A score is summed factor by
/// factor, starting from 0, in one lane, so that it depends only on its query and its item.
/// </summary>
internal static unsafe class ScoreTile<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int Items = PackedItems.BlockItems;
    private const int Rows = QueryPanels.Rows;

    /// <summary>Whether 16 accumulators fit in registers besides their operands. AVX2 has only 16 registers.</summary>
    private static bool HasManyRegisters => TSimd.Width == 16 || AdvSimd.IsSupported || Avx512F.VL.IsSupported;

    /// <summary>Scores a panel and compares each score with its query's threshold.</summary>
    /// <param name="queries">[rank, 8].</param>
    /// <param name="items">[rank, 32].</param>
    /// <param name="rank">Number of factors.</param>
    /// <param name="rows">Number of queries in the panel, 1 to 8; the rest is ignored.</param>
    /// <param name="thresholds">[8], what a score must exceed.</param>
    /// <param name="allowed">[8], one bit per item, set if the query may list it.</param>
    /// <param name="scores">[8, 32].</param>
    /// <param name="hits">[8], one bit per item, set if it is allowed and above the threshold.</param>
    /// <returns>Whether there are any hits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Score(
        float* queries, float* items, int rank, int rows, float* thresholds, uint* allowed, float* scores, uint* hits)
    {
        uint any = 0;
        new Span<uint>(hits, Rows).Clear();
        for (var column = 0; column < Items; column += 2 * TSimd.Width)
        {
            if (HasManyRegisters && rows > 4)
            {
                any |= Tile<Eight>(queries, items + column, rank, thresholds, allowed, scores + column, hits, column);
                continue;
            }

            for (var row = 0; row < rows; row += 4)
                any |= Tile<Four>(
                    queries + row, items + column, rank, thresholds + row, allowed + row,
                    scores + (row * Items) + column, hits + row, column);
        }

        return any != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Tile<TRows>(
        float* queries, float* items, int rank, float* thresholds, uint* allowed, float* scores, uint* hits, int column)
        where TRows : struct, ITileRows
    {
        TVector c00 = TSimd.Zero, c01 = TSimd.Zero, c10 = TSimd.Zero, c11 = TSimd.Zero;
        TVector c20 = TSimd.Zero, c21 = TSimd.Zero, c30 = TSimd.Zero, c31 = TSimd.Zero;
        TVector c40 = TSimd.Zero, c41 = TSimd.Zero, c50 = TSimd.Zero, c51 = TSimd.Zero;
        TVector c60 = TSimd.Zero, c61 = TSimd.Zero, c70 = TSimd.Zero, c71 = TSimd.Zero;
        for (; rank > 0; rank--)
        {
            var b0 = TSimd.Load(items);
            var b1 = TSimd.Load(items + TSimd.Width);
            var a0 = TSimd.Broadcast(queries[0]);
            c00 = TSimd.MultiplyAdd(a0, b0, c00);
            c01 = TSimd.MultiplyAdd(a0, b1, c01);
            var a1 = TSimd.Broadcast(queries[1]);
            c10 = TSimd.MultiplyAdd(a1, b0, c10);
            c11 = TSimd.MultiplyAdd(a1, b1, c11);
            var a2 = TSimd.Broadcast(queries[2]);
            c20 = TSimd.MultiplyAdd(a2, b0, c20);
            c21 = TSimd.MultiplyAdd(a2, b1, c21);
            var a3 = TSimd.Broadcast(queries[3]);
            c30 = TSimd.MultiplyAdd(a3, b0, c30);
            c31 = TSimd.MultiplyAdd(a3, b1, c31);
            if (TRows.AreEight)
            {
                var a4 = TSimd.Broadcast(queries[4]);
                c40 = TSimd.MultiplyAdd(a4, b0, c40);
                c41 = TSimd.MultiplyAdd(a4, b1, c41);
                var a5 = TSimd.Broadcast(queries[5]);
                c50 = TSimd.MultiplyAdd(a5, b0, c50);
                c51 = TSimd.MultiplyAdd(a5, b1, c51);
                var a6 = TSimd.Broadcast(queries[6]);
                c60 = TSimd.MultiplyAdd(a6, b0, c60);
                c61 = TSimd.MultiplyAdd(a6, b1, c61);
                var a7 = TSimd.Broadcast(queries[7]);
                c70 = TSimd.MultiplyAdd(a7, b0, c70);
                c71 = TSimd.MultiplyAdd(a7, b1, c71);
            }

            queries += Rows;
            items += Items;
        }

        var found = Row(c00, c01, 0, thresholds, allowed, scores, hits, column)
            | Row(c10, c11, 1, thresholds, allowed, scores, hits, column)
            | Row(c20, c21, 2, thresholds, allowed, scores, hits, column)
            | Row(c30, c31, 3, thresholds, allowed, scores, hits, column);
        if (!TRows.AreEight) return found;
        return found
            | Row(c40, c41, 4, thresholds, allowed, scores, hits, column)
            | Row(c50, c51, 5, thresholds, allowed, scores, hits, column)
            | Row(c60, c61, 6, thresholds, allowed, scores, hits, column)
            | Row(c70, c71, 7, thresholds, allowed, scores, hits, column);
    }

    /// <summary>Stores a query's scores for two vectors of items, and finds its hits among them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Row(
        TVector first, TVector second, int row, float* thresholds, uint* allowed, float* scores, uint* hits, int column)
    {
        TSimd.Store(first, scores + (row * Items));
        TSimd.Store(second, scores + (row * Items) + TSimd.Width);
        var threshold = TSimd.Broadcast(thresholds[row]);
        var above = TSimd.GreaterBits(first, threshold) | (TSimd.GreaterBits(second, threshold) << TSimd.Width);
        var found = (above << column) & allowed[row];
        hits[row] |= found;
        return found;
    }

    /// <summary>
    /// A compile-time constant, so that a small tile has neither the branches nor half of the accumulators.
    /// </summary>
    private interface ITileRows
    {
        static abstract bool AreEight { get; }
    }

    private readonly struct Eight : ITileRows
    {
        public static bool AreEight => true;
    }

    private readonly struct Four : ITileRows
    {
        public static bool AreEight => false;
    }
}
