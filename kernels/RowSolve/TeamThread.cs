using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Where a thread stands. Threads of a group: tile by tile, and for each tile team by team, so that lanes next to each other do the
/// same to different rows. Tiles of the lower triangle: column by column, so that a step of the factorisation needs a run of them.
/// </summary>
internal struct TeamThread
{
    /// <summary>Which of the rows of the group.</summary>
    public int Team;

    /// <summary>Number of the thread within its team.</summary>
    public int Lane;

    /// <summary>Threads of the team: one a tile, and those that are left over.</summary>
    public int Lanes;

    /// <summary>Row of the thread's tile; those that are left over repeat another tile, and nobody asks for it.</summary>
    public int Row;

    /// <summary>Column of the thread's tile, no larger than <see cref="Row"/>.</summary>
    public int Column;

    /// <summary>The columns of tiles that the team holds at a time: all, or a panel of a triangle that has more tiles than the group has threads.</summary>
    public int FirstColumn, EndColumn;

    /// <summary>Whether the thread has a tile of those columns.</summary>
    public bool HasTile;

    /// <summary>The part of four factors that the thread gathers, and where the stage has it.</summary>
    public int Part, Target;

    /// <summary>The first play of a stage of which the thread gathers its part, and from one to the next; beyond the stage where it gathers none.</summary>
    public int Entry, EntryStep;

    /// <summary>Whether the thread keeps a tile of the diagonal.</summary>
    public bool IsDiagonal;

    /// <param name="layout">Of the group's shared memory.</param>
    /// <param name="rank8">Tiles along the diagonal.</param>
    /// <param name="firstColumn">The first column of tiles that the group holds.</param>
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

        // Some teams have one thread more; the order in which a row is summed must not depend on its team.
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

    /// <summary>The number of the thread's tile among all of the triangle, column by column.</summary>
    public readonly int TileNumber(int rank8) => TriangleIndex.Count(rank8) - TriangleIndex.Count(rank8 - Column) + Row - Column;
}
