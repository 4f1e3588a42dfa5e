using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Arguments of the row-solve kernels, which solve (α₀·YᵀY + Σ gram·y yᵀ + λᵣI) x = Σ rhs·y for each row r of a CSR
/// matrix.
/// </summary>
public struct RowSolveArguments
{
    /// <summary>The rows or segments to solve or sum.</summary>
    public ArrayView<RowTask> Tasks;

    /// <summary>[entries], column indices.</summary>
    public ArrayView<int> Indices;

    /// <summary>[entries], ±conf (negative for a dislike), or ratings.</summary>
    public ArrayView<float> Values;

    /// <summary>y, [columns, rank4].</summary>
    public ArrayView<Float4> Fixed;

    /// <summary>α₀·YᵀY, [4·rank4, rank4], with ones on the diagonal of the padding.</summary>
    public ArrayView<Float4> BaseMatrix;

    /// <summary>
    /// The lower triangle of the same matrix, tile by tile: [tiles, 16], the rows of quarters A, B, C and D, numbered
    /// as by <see cref="TeamThread.TileNumber"/>.
    /// </summary>
    public ArrayView<Float4> BaseTiles;

    /// <summary>λ of each row, [rows].</summary>
    public ArrayView<float> Regularization;

    /// <summary>x, [target rows, rank4].</summary>
    public ArrayView<Float4> Target;

    /// <summary>[rows], one <see cref="RowSolveStatus"/> per row.</summary>
    public ArrayView<int> Status;

    /// <summary>[rows, rank4], what is added to the right side of each row; read only if there is any.</summary>
    public ArrayView<Float4> Right;

    /// <summary>
    /// [factors4], the eigenvalues of α₀·YᵀY in whose basis <see cref="Fixed"/> is, with ones in the padding; read by
    /// dual solves only.
    /// </summary>
    internal ArrayView<Float4> Diagonal;

    /// <summary>Partial sums of long rows, laid out by <see cref="SegmentSums"/>.</summary>
    internal ArrayView<Float4> Sums;

    /// <summary>[groups, <see cref="FactorColumns.Length"/>], each group's L if it does not fit on the chip.</summary>
    internal ArrayView<Float4> Columns;

    /// <summary>The target row that corresponds to row 0.</summary>
    public int FirstTargetRow;

    /// <summary>Number of factors.</summary>
    public int Rank;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>Added to |value| on the left side.</summary>
    public float GramOffset;

    /// <summary>Added to a positive value on the right side.</summary>
    public float RhsOffset;

    /// <summary>1 if values are ratings, which all have the same weight.</summary>
    public int IsExplicit;

    /// <summary>
    /// Refine a solution if the largest diagonal element of A ÷ the smallest squared pivot exceeds this.
    /// </summary>
    public float RefinedCondition;

    /// <summary>Report a row as unsolved if that quotient exceeds this.</summary>
    public float LargestCondition;

    /// <summary>Rows of y staged in shared memory at a time.</summary>
    internal int StageRows;

    /// <summary>The first segment in <see cref="Sums"/>.</summary>
    internal long FirstSegment;

    /// <summary>Panels per triangle.</summary>
    internal int PanelCount;

    /// <summary>One of <see cref="SolveRound"/>.</summary>
    internal int Round;

    /// <summary>The shared-memory layout of a group that solves several rows at a time.</summary>
    internal TeamLayout Layout;

    /// <summary>
    /// Float4s in a row of factors where the unknowns are plays, and <see cref="Rank4"/> is of these.
    /// </summary>
    internal int Factors4;

    /// <summary>1 if dual solves write x in the order of their tasks, for it to be rotated back.</summary>
    internal int IsRotated;

    /// <summary>Number of conjugate-gradient steps; 0 for an exact solve.</summary>
    public int Steps;

    /// <summary>1 to sum plays in tf32 on tensor cores.</summary>
    public int UsesTensorCores;

    /// <summary>1 if <see cref="Right"/> is added to the right side.</summary>
    public int HasRight;

    internal readonly int TaskCount => Tasks.IntLength;

    /// <summary>The index in the target at which a row of x starts.</summary>
    internal readonly long TargetIndex(int row) => (long)(FirstTargetRow + row) * Rank4;

    /// <summary>
    /// Number of rows of A from a row of tiles onwards, without padding; ≤ 0 if everything is padding.
    /// </summary>
    internal readonly int RowsFrom(int tileRow) => Rank - (Tile8.Width * tileRow);

    /// <summary>The weight of y yᵀ on the left side.</summary>
    internal readonly float Gram(float value) => (IsExplicit != 0 ? 0 : value < 0 ? -value : value) + GramOffset;

    /// <summary>The weight of y on the right side.</summary>
    internal readonly float Rhs(float value) => IsExplicit != 0 || value > 0 ? value + RhsOffset : 0;

    /// <summary>
    /// One 8×8 tile of α₀·YᵀY, loaded from one address: sixteen addresses would stay in registers until the next row.
    /// </summary>
    internal readonly Tile8 BaseTile(int number) =>
        Tile8.Of(Float4x8.At(BaseTiles, 16 * number), Float4x8.At(BaseTiles, (16 * number) + 8));
}

/// <summary>
/// The work of a team: a row, a segment of a long row, or a long row whose segments have been summed.
/// </summary>
/// <param name="first">The first play, or the first segment of a long row whose segments have been summed.</param>
/// <param name="length">Number of plays, or of segments.</param>
/// <param name="row">Index of the row within the plays.</param>
public readonly struct RowTask(long first, int length, int row)
{
    /// <summary>The first play, or the first segment of a long row whose segments have been summed.</summary>
    public readonly long First = first;

    /// <summary>Number of plays, or of segments.</summary>
    public readonly int Length = length;

    /// <summary>Index of the row within the plays.</summary>
    public readonly int Row = row;
}

/// <summary>What the tasks of a row-solve launch are.</summary>
public static class SolveRound
{
    /// <summary>Rows, to be summed from their plays.</summary>
    public const int Rows = 0;

    /// <summary>Long rows, to be summed from their segments.</summary>
    public const int LongRows = 1;

    /// <summary>
    /// Long rows that need refinement: the right side is summed from the residuals of their segments.
    /// </summary>
    public const int LongRowsAgain = 2;

    /// <summary>Rows that the group has already summed on tensor cores.</summary>
    public const int SummedRows = 3;
}

/// <summary>What a row-solve kernel reports for each row. The host decides what to do about it.</summary>
public static class RowSolveStatus
{
    /// <summary>Solved.</summary>
    public const int Solved = 0;

    /// <summary>The row cannot be solved in fp32; its factors are zero.</summary>
    public const int Unsolved = 1;

    /// <summary>A row that is to be solved through normal equations; its factors are zero.</summary>
    public const int AsksForNormalEquation = 3;

    /// <summary>A long row that has been solved once and is to be refined from the residuals of its segments.</summary>
    public const int AsksForRefinement = 2;
}

/// <summary>Rearranges α₀·YᵀY on the host into the order in which the threads load their tiles.</summary>
public static class BaseTiles
{
    /// <summary>Floats in the tiles of a matrix.</summary>
    /// <param name="padded">Its rows, a multiple of eight.</param>
    public static int LengthOf(int padded) => TriangleIndex.Count(padded / Tile8.Width) * Tile8.Width * Tile8.Width;

    /// <summary>
    /// The 8×8 tiles of the lower triangle, by columns of tiles, each split into 4×4 quarters A, B, C, D.
    /// </summary>
    /// <param name="matrix">[padded, padded].</param>
    /// <param name="padded">A multiple of eight.</param>
    /// <returns>[tiles, 4, 4, 4].</returns>
    public static float[] Of(float[] matrix, int padded)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var tiles = new float[LengthOf(padded)];
        var target = tiles.AsSpan();
        for (var column = 0; column < padded; column += Tile8.Width)
        {
            for (var row = column; row < padded; row += Tile8.Width)
            {
                for (var line = 0; line < 2 * Tile8.Width; line++, target = target[Float4.Width..])
                {
                    var first = ((row + (line % Tile8.Width)) * padded) + column + (line / Tile8.Width * Float4.Width);
                    matrix.AsSpan(first, Float4.Width).CopyTo(target);
                }
            }
        }

        return tiles;
    }
}
