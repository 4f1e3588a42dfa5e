using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Where a thread stands. Threads of a group: tile by tile, and for each tile team by team, so that lanes next to each other do the
/// same to different rows. Tiles of the lower triangle: column by column, so that a step of the factorisation needs a run of them.
/// </summary>
internal struct TeamPlace
{
    /// <summary>Which of the rows of the group.</summary>
    public int Team;

    /// <summary>Number of the thread within its team.</summary>
    public int Lane;

    /// <summary>Threads of the team: one a tile, and those that are left over.</summary>
    public int Lanes;

    /// <summary>Row of the thread's tile; those that are left over repeat the last tile, and nobody asks for it.</summary>
    public int Row;

    /// <summary>Column of the thread's tile, no larger than <see cref="Row"/>.</summary>
    public int Column;

    /// <summary>The first part of four factors that the thread gathers, and from one to the next.</summary>
    public int Part, PartStep;

    /// <summary>The first play of a stage of which the thread gathers its parts, and from one to the next.</summary>
    public int Entry, EntryStep;

    /// <summary>Whether the thread keeps a tile of the diagonal.</summary>
    public bool IsDiagonal;

    public static TeamPlace Of(int teams, int rank8)
    {
        var lane = Group.IdxX / teams;
        var team = Group.IdxX - (lane * teams);
        var tiles = TriangleIndex.Count(rank8);
        var fromEnd = lane < tiles ? tiles - 1 - lane : 0;
        var columnFromEnd = TriangleIndex.RowOf(fromEnd);
        var row = rank8 - 1 - (fromEnd - TriangleIndex.Of(columnFromEnd, 0));
        var column = rank8 - 1 - columnFromEnd;
        var lanes = (Group.DimX - team + teams - 1) / teams;
        var rank4 = 2 * rank8;
        var rowsAtATime = lanes < rank4 ? 1 : lanes / rank4;
        var entry = lanes < rank4 ? 0 : lane / rank4;
        return new TeamPlace
        {
            Team = team,
            Lane = lane,
            Lanes = lanes,
            Row = row,
            Column = column,
            Part = lane % rank4,
            PartStep = lanes < rank4 ? lanes : rank4,
            Entry = entry < rowsAtATime ? entry : TeamLayout.StageRows,
            EntryStep = rowsAtATime,
            IsDiagonal = row == column && lane < tiles,
        };
    }
}
