using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// L below the diagonal's tiles, in global memory, column of tiles by column: of each tile X the halves of its eight columns,
/// [2, 8] Float4s, as <see cref="TeamStage"/> has them, so that a column is copied as it is.
/// </summary>
/// <param name="memory">[tiles below the diagonal, 16].</param>
/// <param name="rank8">Tiles along the diagonal.</param>
internal readonly struct FactorColumns(ArrayView<Float4> memory, int rank8)
{
    private const int TileLength = 16;

    private readonly ArrayView<Float4> _memory = memory;
    private readonly int _rank8 = rank8;

    /// <summary>Float4s of a factor.</summary>
    public static int Length(int rank8) => TileLength * TriangleIndex.Count(rank8 - 1);

    /// <summary>Where a group keeps its L.</summary>
    public static FactorColumns OfGroup(in RowSolveArguments arguments)
    {
        var rank8 = arguments.Rank4 / 2;
        var length = Length(rank8);
        return new FactorColumns(arguments.Columns.SubView((long)Grid.IdxX * length, length), rank8);
    }

    /// <summary>The group keeps a column of the panel that is staged.</summary>
    public void Keep(in TeamStage stage, int step)
    {
        var first = Place(step + 1, step);
        for (var i = Group.IdxX; i < TileLength * (_rank8 - step - 1); i += Group.DimX) _memory[first + i] = stage.Line(step + 1, i);
    }

    /// <summary>The group stages a column from a row on.</summary>
    public void Stage(in TeamStage stage, int step, int row)
    {
        var first = Place(row, step);
        for (var i = Group.IdxX; i < TileLength * (_rank8 - row); i += Group.DimX) stage.SetLine(row, i, _memory[first + i]);
    }

    /// <summary>One half of a tile's rows: four rows of its eight columns.</summary>
    public Float4x8 Half(int row, int step, int half) => Float4x8.At(_memory, Place(row, step) + (8 * half));

    private int Place(int row, int step) => TileLength * ((step * (_rank8 - 1)) - (step * (step - 1) / 2) + row - step - 1);
}
