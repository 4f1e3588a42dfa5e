using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The role of a thread in its group. Threads are ordered by tile, then by team, so that neighbouring lanes do the same
/// work on different rows. Tiles of the lower triangle are ordered by column, so that each step of the factorization
/// needs a contiguous run of them.
/// </summary>
internal struct TeamThread
{
    /// <summary>Index of the team within the group.</summary>
    public int Team;

    /// <summary>Index of the thread within its team.</summary>
    public int Lane;

    /// <summary>Number of threads in the team: one per tile, plus spare ones.</summary>
    public int Lanes;

    /// <summary>Row of the thread's tile. Spare threads repeat another tile, and the result is not used.</summary>
    public int Row;

    /// <summary>Column of the thread's tile, no larger than <see cref="Row"/>.</summary>
    public int Column;

    /// <summary>
    /// Columns of tiles that the team holds at a time: all of them, or a panel if there are more tiles than threads.
    /// </summary>
    public int FirstColumn, EndColumn;

    /// <summary>Whether the thread has a tile in those columns.</summary>
    public bool HasTile;

    /// <summary>Which Float4 of a row the thread gathers, and its index in the stage.</summary>
    public int Part, Target;

    /// <summary>
    /// The first staged play that the thread gathers, and the step to the next one. A thread that gathers none starts
    /// past the end.
    /// </summary>
    public int Entry, EntryStep;

    /// <summary>Whether the thread has a diagonal tile.</summary>
    public bool IsDiagonal;

    /// <param name="layout">Layout of the group's shared memory.</param>
    /// <param name="rank8">Tiles along the diagonal.</param>
    /// <param name="firstColumn">First column of tiles that the group holds.</param>
    public static TeamThread Of(in TeamLayout layout, int rank8, int firstColumn)
    {
        var teams = layout.Teams;
        var lane = Group.IdxX / teams;
        var team = Group.IdxX - (lane * teams);
        var tiles = TriangleIndex.Count(rank8 - firstColumn);
        var fromEnd = lane < tiles ? tiles - 1 - lane : 0;
        var columnFromEnd = TriangleIndex.RowOf(fromEnd);
        var row = rank8 - 1 - (fromEnd - TriangleIndex.Of(columnFromEnd, 0));
        var column = rank8 - 1 - columnFromEnd;
        var lanes = (Group.DimX - team + teams - 1) / teams;

        // Some teams have one more thread than others, but the order of summation must not depend on the team.
        var commonLanes = Group.DimX / teams;
        var endColumn = PanelColumns.End(rank8, firstColumn, commonLanes);
        var hasTile = lane < tiles && column < endColumn;
        var parts = 2 * (rank8 - firstColumn);
        var part = (2 * firstColumn) + (lane % parts);
        var rowsAtATime = commonLanes < 2 * parts ? 1 : commonLanes < 4 * parts ? 2 : 4;
        var entry = lane / parts;
        return new TeamThread
        {
            Team = team,
            Lane = lane,
            Lanes = lanes,
            Row = row,
            Column = column,
            FirstColumn = firstColumn,
            EndColumn = endColumn,
            HasTile = hasTile,
            Part = part,
            Target = (team * layout.TeamStride) + layout.PartIndex(part / 2, part & 1),
            Entry = entry < rowsAtATime ? entry : TeamLayout.StageRows,
            EntryStep = rowsAtATime,
            IsDiagonal = row == column && hasTile,
        };
    }

    /// <summary>The number of the thread's tile in the triangle, counted column by column.</summary>
    public readonly int TileNumber(int rank8) =>
        TriangleIndex.Count(rank8) - TriangleIndex.Count(rank8 - Column) + Row - Column;
}
