using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// As <see cref="TeamRowSolve"/> and <see cref="PanelRowSolve"/>, but warps sum the plays on tensor cores first; the sums reach the threads
/// of the tiles through memory that only their group uses, again and again, so that it stays in the cache.
/// </summary>
internal static class TensorRowSolve
{
    // One group some rows, strided over the grid. Sums: warp = part of a row. Solve: team = one row; thread = one 8×8 tile.
    public static void Kernel(RowSolveArguments arguments)
    {
        TensorSquares.Declare();
        var teams = arguments.Layout.Teams;
        for (var first = Grid.IdxX * teams; first < arguments.TaskCount; first += Grid.DimX * teams)
        {
            TensorSums.SumTeams(arguments, first);
            var place = TeamPlace.Of(arguments.Layout, arguments.Rank4 / 2, 0);
            var group = TeamGroup.Of(arguments, place.Team);
            TeamRowSolve.SolveSummed(arguments, group, place, TeamRow.OfSorted(arguments, first, place.Team));
        }
    }

    // One group a task, strided over the grid. Sums: warp = part of the row. Solve: thread = one 8×8 tile of each panel.
    public static void PanelKernel(RowSolveArguments arguments)
    {
        TensorSquares.Declare();
        var columns = FactorColumns.OfGroup(arguments);
        var group = TeamGroup.Of(arguments, 0);
        for (var task = Grid.IdxX; task < arguments.TaskCount; task += Grid.DimX)
        {
            TensorSums.SumTeams(arguments, task);
            PanelRowSolve.SolveRow(arguments, group, columns, TeamRow.Of(arguments, task, 0));
        }
    }
}
