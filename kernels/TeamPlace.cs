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

    /// <summary>Row of the thread's tile.</summary>
    public int Row;

    /// <summary>Column of the thread's tile, no larger than <see cref="Row"/>.</summary>
    public int Column;

    /// <summary>Whether the thread has a tile.</summary>
    public bool HasTile;

    public readonly bool IsDiagonal => HasTile && Row == Column;

    public static TeamPlace Of(int teams, int rank8)
    {
        var lane = Group.IdxX / teams;
        var team = Group.IdxX - (lane * teams);
        var tiles = TriangleIndex.Count(rank8);
        var hasTile = lane < tiles;
        var fromEnd = hasTile ? tiles - 1 - lane : 0;
        var columnFromEnd = TriangleIndex.RowOf(fromEnd);
        return new TeamPlace
        {
            Team = team,
            Lane = lane,
            Lanes = (Group.DimX - team + teams - 1) / teams,
            Row = rank8 - 1 - (fromEnd - TriangleIndex.Of(columnFromEnd, 0)),
            Column = rank8 - 1 - columnFromEnd,
            HasTile = hasTile,
        };
    }
}
