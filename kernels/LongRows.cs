using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Rows with so many plays that one team would keep the device waiting: their plays are cut into segments, each the task of a
/// team, and the sums of the segments are added in their order by the team that solves the row.
/// </summary>
internal static class LongRows
{
    // One group some segments and one panel of the lower triangle; team = one segment; thread = one 8×8 tile.
    public static void Sums(RowSolveArguments arguments)
    {
        var (teams, rank8) = (arguments.Layout.Teams, arguments.Rank4 / 2);
        var first = Grid.IdxX / arguments.PanelCount * teams;
        var column = PanelColumns.First(rank8, Grid.IdxX % arguments.PanelCount, Group.DimX / teams);
        var place = TeamPlace.Of(arguments.Layout, rank8, column);
        SumPanel(arguments, TeamGroup.Of(arguments, place.Team).Stage, place, TeamRow.Of(arguments, first, place.Team));
    }

    private static void SumPanel(in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, in TeamRow row)
    {
        var sums = SegmentSums.Of(arguments);
        var tile = TeamPlays.AddTo(Tile8.Zero, arguments, stage, place, row);
        if (row.Exists && place.HasTile) sums.Store(row.Task, place.TileNumber(arguments.Rank4 / 2), tile);
        for (var i = place.Lane; row.Exists && place.FirstColumn == 0 && i < arguments.Rank4; i += place.Lanes) sums.StoreRight(row.Task, i, stage.Right[i]);
    }

    // One group some segments, strided over the grid; team = one segment of a row that asked for refinement; the others do nothing.
    public static void Residuals(RowSolveArguments arguments)
    {
        var teams = arguments.Layout.Teams;
        var place = TeamPlace.Of(arguments.Layout, arguments.Rank4 / 2, 0);
        var stage = TeamGroup.Of(arguments, place.Team).Stage;
        for (var first = Grid.IdxX * teams; first < arguments.TaskCount; first += Grid.DimX * teams)
            SumResidual(arguments, stage, place, TeamRow.Of(arguments, first, place.Team));
    }

    private static void SumResidual(in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, in TeamRow row)
    {
        Group.Barrier(); // all have read the product of the segments before
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes)
        {
            stage.Solution[i] = arguments.Target[arguments.TargetPlace(row.Index) + i];
            stage.Product[i] = Float4.Zero;
        }

        TeamPlays.AddResidual(arguments, stage, place, row);
        var sums = SegmentSums.Of(arguments);
        for (var i = place.Lane; row.Exists && i < arguments.Rank4; i += place.Lanes) sums.StoreRight(row.Task, i, stage.Product[i]);
    }

    /// <summary>tile + the sums of the row's segments, and their right side.</summary>
    /// <param name="tile">The tile of the thread.</param>
    /// <param name="arguments">The sums.</param>
    /// <param name="stage">Takes the right side.</param>
    /// <param name="place">The thread.</param>
    /// <param name="row">The row; its entries are segments.</param>
    public static Tile8 AddTo(Tile8 tile, in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, in TeamRow row)
    {
        var sums = SegmentSums.Of(arguments);
        if (place.FirstColumn == 0) SetRight(arguments, sums, stage, place, row);
        return sums.AddTo(tile, row.First - arguments.FirstSegment, place.HasTile ? row.Length : 0, place.TileNumber(arguments.Rank4 / 2));
    }

    private static void SetRight(in RowSolveArguments arguments, in SegmentSums sums, in TeamStage stage, in TeamPlace place, in TeamRow row)
    {
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes) stage.Right[i] = sums.Right(row.First - arguments.FirstSegment, row.Length, i);
        if (arguments.Round == SolveRound.LongRowsAgain)
        {
            for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes) stage.Solution[i] = arguments.Target[arguments.TargetPlace(row.Index) + i];
            Group.Barrier(); // all of x is there
            for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes)
                stage.Right[i] = stage.Right[i].Plus(RowProduct.SharedPart(arguments, stage.Solution, i, arguments.Regularization[row.Index])).Scaled(-1);
        }

        Group.Barrier(); // the right side is whole
    }
}
