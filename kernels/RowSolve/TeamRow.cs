namespace GpuAls.Kernels;

/// <summary>The task that a team works on.</summary>
internal struct TeamRow
{
    /// <summary>Index of the task. If it is past the last task, the team has none.</summary>
    public int Task;

    /// <summary>Index of the row; 0 without a task.</summary>
    public int Index;

    /// <summary>Its first entry, or its first segment where segments are added up.</summary>
    public long First;

    /// <summary>Number of entries or segments; -1 without a task.</summary>
    public int Length;

    /// <summary>The largest length in the group: every team runs that many stages.</summary>
    public int Longest;

    /// <summary>Whether the team has a task.</summary>
    public readonly bool Exists => Length >= 0;

    /// <summary>The task of a team if tasks are sorted by falling length.</summary>
    public static TeamRow OfSorted(in RowSolveArguments arguments, int firstTask, int team)
    {
        var row = new TeamRow { Task = firstTask + team, Length = -1, Longest = arguments.Tasks[firstTask].Length };
        if (row.Task >= arguments.TaskCount) return row;
        var task = arguments.Tasks[row.Task];
        (row.Index, row.First, row.Length) = (task.Row, task.First, task.Length);
        return row;
    }

    /// <summary>The task of a team. When long rows are refined, rows that do not need it count as no task.</summary>
    public static TeamRow Of(in RowSolveArguments arguments, int firstTask, int team)
    {
        var row = new TeamRow { Task = firstTask + team, Length = -1 };
        for (var other = firstTask; other < firstTask + arguments.Layout.Teams && other < arguments.TaskCount; other++)
        {
            var task = arguments.Tasks[other];
            if (arguments.Round == SolveRound.LongRowsAgain
                && arguments.Status[task.Row] != RowSolveStatus.AsksForRefinement) continue;
            if (task.Length > row.Longest) row.Longest = task.Length;
            if (other == row.Task) (row.Index, row.First, row.Length) = (task.Row, task.First, task.Length);
        }

        return row;
    }

    /// <summary>The same row with its group's sums in place of segments.</summary>
    public readonly TeamRow Summed(in RowSolveArguments arguments, int team) =>
        this with { First = TensorSums.Slot(arguments, team), Length = Length > 0 ? 1 : 0 };

    /// <summary>Whether no team of the group has a row to refine.</summary>
    public readonly bool IsLeftAlone(in RowSolveArguments arguments) =>
        arguments.Round == SolveRound.LongRowsAgain && Longest == 0;
}

/// <summary>Writes the result of a team's row.</summary>
internal static class RowResult
{
    /// <summary>Writes x, or zeros if the row has no plays or no solution, and its status.</summary>
    public static void Store(in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread, in TeamRow row)
    {
        if (!row.Exists) return;
        var isEmpty = row.Length == 0;
        var isUnsolved = !isEmpty && group.Flags.HasFailed(thread.Team);
        var target = arguments.TargetIndex(row.Index);
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes)
            arguments.Target[target + i] = isUnsolved || isEmpty ? Float4.Zero : group.Stage.Right[i];
        if (thread.Lane == 0) arguments.Status[row.Index] = Status(arguments, group, thread, isUnsolved);
    }

    private static int Status(in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread, bool isUnsolved)
    {
        if (isUnsolved) return RowSolveStatus.Unsolved;
        var asks = arguments.Round == SolveRound.LongRows && group.Flags.AsksForRefinement(thread.Team);
        return asks ? RowSolveStatus.AsksForRefinement : RowSolveStatus.Solved;
    }
}
