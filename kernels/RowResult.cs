namespace GpuAls.Kernels;

/// <summary>Writes what became of the row of a team.</summary>
internal static class RowResult
{
    /// <summary>x, or zeros where there were no plays or no solution, and the status.</summary>
    public static void Store(in RowSolveArguments arguments, in TeamGroup group, in TeamPlace place, in TeamRow row)
    {
        if (!row.Exists) return;
        var isEmpty = row.Length == 0;
        var isUnsolved = !isEmpty && group.Flags.HasFailed(place.Team);
        var target = arguments.TargetPlace(row.Index);
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes)
            arguments.Target[target + i] = isUnsolved || isEmpty ? Float4.Zero : group.Stage.Right[i];
        if (place.Lane == 0) arguments.Status[row.Index] = Status(arguments, group, place, isUnsolved);
    }

    private static int Status(in RowSolveArguments arguments, in TeamGroup group, in TeamPlace place, bool isUnsolved)
    {
        if (isUnsolved) return RowSolveStatus.Unsolved;
        var asks = arguments.Round == SolveRound.LongRows && group.Flags.AsksForRefinement(place.Team);
        return asks ? RowSolveStatus.AsksForRefinement : RowSolveStatus.Solved;
    }
}
