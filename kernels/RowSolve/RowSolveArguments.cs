using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What all row-solve kernels take: (α₀·YᵀY + Σ gram·y yᵀ + λᵣI) x = Σ rhs·y for each row r of a CSR matrix.</summary>
public struct RowSolveArguments
{
    /// <summary>What is solved or summed.</summary>
    public ArrayView<RowTask> Tasks;

    /// <summary>[entries], columns.</summary>
    public ArrayView<int> Indices;

    /// <summary>[entries], ±conf, negative for a dislike; or ratings.</summary>
    public ArrayView<float> Values;

    /// <summary>y, [columns, rank4].</summary>
    public ArrayView<Float4> Fixed;

    /// <summary>α₀·YᵀY, [4·rank4, rank4], ones on the diagonal of the padding.</summary>
    public ArrayView<Float4> BaseMatrix;

    /// <summary>The lower triangle of the same, tile by tile: [tiles, 16], rows of the quarters A, B, C and D of each, numbered as <see cref="TeamThread.TileNumber"/> does.</summary>
    public ArrayView<Float4> BaseTiles;

    /// <summary>λ of each row, [rows].</summary>
    public ArrayView<float> Regularization;

    /// <summary>x, [target rows, rank4].</summary>
    public ArrayView<Float4> Target;

    /// <summary>[rows], a <see cref="RowSolveStatus"/> each.</summary>
    public ArrayView<int> Status;

    /// <summary>What the segments of long rows add, as <see cref="SegmentSums"/> has it.</summary>
    internal ArrayView<Float4> Sums;

    /// <summary>[groups, <see cref="FactorColumns.Length"/>], where each group keeps an L that does not fit on the chip.</summary>
    internal ArrayView<Float4> Columns;

    /// <summary>Target row of row 0.</summary>
    public int FirstTargetRow;

    /// <summary>Number of factors.</summary>
    public int Rank;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>Added to |value| on the left side.</summary>
    public float GramOffset;

    /// <summary>Added to a positive value on the right side.</summary>
    public float RhsOffset;

    /// <summary>Whether values are ratings: 1 where they are, and weigh the same whatever they are.</summary>
    public int IsExplicit;

    /// <summary>The largest element of A's diagonal ÷ the smallest squared pivot above which a solution is refined.</summary>
    public float RefinedCondition;

    /// <summary>The same above which a row counts as unsolved.</summary>
    public float LargestCondition;

    /// <summary>Rows of y staged in shared memory at a time.</summary>
    internal int StageRows;

    /// <summary>The segment that <see cref="Sums"/> begins with.</summary>
    internal long FirstSegment;

    /// <summary>Panels of a triangle.</summary>
    internal int PanelCount;

    /// <summary>One of <see cref="SolveRound"/>.</summary>
    internal int Round;

    /// <summary>How a group that solves several rows at a time cuts up its shared memory.</summary>
    internal TeamLayout Layout;

    /// <summary>Steps of conjugate gradients.</summary>
    public int Steps;

    /// <summary>Whether plays are summed in tf32 on tensor cores; 1 where they are.</summary>
    public int UsesTensorCores;

    internal readonly int TaskCount => Tasks.IntLength;

    /// <summary>Where a row of x begins in the target.</summary>
    internal readonly long TargetIndex(int row) => (long)(FirstTargetRow + row) * Rank4;

    /// <summary>Rows of A from the first one of a tile's row on, padding left out; 0 or less where all is padding.</summary>
    internal readonly int RowsFrom(int tileRow) => Rank - (Tile8.Width * tileRow);

    /// <summary>The weight of y yᵀ on the left side.</summary>
    internal readonly float Gram(float value) => (IsExplicit != 0 ? 0 : value < 0 ? -value : value) + GramOffset;

    /// <summary>The weight of y on the right side.</summary>
    internal readonly float Rhs(float value) => IsExplicit != 0 || value > 0 ? value + RhsOffset : 0;

    /// <summary>One 8×8 tile of α₀·YᵀY, from one address: sixteen of them would be kept in registers for the next row.</summary>
    internal readonly Tile8 BaseTile(int number) => Tile8.Of(Float4x8.At(BaseTiles, 16 * number), Float4x8.At(BaseTiles, (16 * number) + 8));
}

/// <summary>What a team works on at a time: a row, a segment of a long row, or a long row whose segments are summed.</summary>
/// <param name="first">The first play; of a long row that is solved, its first segment.</param>
/// <param name="length">Number of plays; of a long row that is solved, number of segments.</param>
/// <param name="row">The row, counted within the plays.</param>
public readonly struct RowTask(long first, int length, int row)
{
    /// <summary>The first play; of a long row that is solved, its first segment.</summary>
    public readonly long First = first;

    /// <summary>Number of plays; of a long row that is solved, number of segments.</summary>
    public readonly int Length = length;

    /// <summary>The row, counted within the plays.</summary>
    public readonly int Row = row;
}

/// <summary>What a launch of a row solve takes as its tasks.</summary>
public static class SolveRound
{
    /// <summary>Rows, summed from their plays.</summary>
    public const int Rows = 0;

    /// <summary>Long rows, summed from their segments.</summary>
    public const int LongRows = 1;

    /// <summary>The long rows that asked for refinement: the right side is summed from the residuals of their segments.</summary>
    public const int LongRowsAgain = 2;

    /// <summary>Rows, summed on tensor cores by the group that solves them.</summary>
    public const int SummedRows = 3;
}

/// <summary>What a row-solve kernel reports of each row; the host decides what follows.</summary>
public static class RowSolveStatus
{
    /// <summary>Solved.</summary>
    public const int Solved = 0;

    /// <summary>Beyond what fp32 can solve; the row is zero.</summary>
    public const int Unsolved = 1;

    /// <summary>A long row, solved once, that will be refined when the residuals of its segments are there.</summary>
    public const int AsksForRefinement = 2;
}

/// <summary>α₀·YᵀY as the threads that hold a tile load it, made on the host.</summary>
public static class BaseTiles
{
    /// <summary>The 8×8 tiles of the lower triangle, column of tiles by column, each by its 4×4 quarters, A C over B D.</summary>
    /// <param name="matrix">[padded, padded].</param>
    /// <param name="padded">A multiple of eight.</param>
    /// <returns>[tiles, 4, 4, 4].</returns>
    public static float[] Of(float[] matrix, int padded)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var tiles = new float[TriangleIndex.Count(padded / Tile8.Width) * Tile8.Width * Tile8.Width];
        var target = tiles.AsSpan();
        for (var column = 0; column < padded; column += Tile8.Width)
        {
            for (var row = column; row < padded; row += Tile8.Width)
            {
                for (var line = 0; line < 2 * Tile8.Width; line++, target = target[Float4.Width..])
                    matrix.AsSpan(((row + (line % Tile8.Width)) * padded) + column + (line / Tile8.Width * Float4.Width), Float4.Width).CopyTo(target);
            }
        }

        return tiles;
    }
}
