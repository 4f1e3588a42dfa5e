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

    /// <summary>Threads of a team.</summary>
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
        var fromEnd = TriangleIndex.Count(rank8) - 1 - lane;
        var hasTile = fromEnd >= 0;
        if (fromEnd < 0) fromEnd = 0;
        var columnFromEnd = TriangleIndex.RowOf(fromEnd);
        return new TeamPlace
        {
            Team = Group.IdxX - (lane * teams),
            Lane = lane,
            Lanes = Group.DimX / teams,
            Row = rank8 - 1 - (fromEnd - TriangleIndex.Of(columnFromEnd, 0)),
            Column = rank8 - 1 - columnFromEnd,
            HasTile = hasTile,
        };
    }
}
