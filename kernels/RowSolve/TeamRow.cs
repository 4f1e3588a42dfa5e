namespace GpuAls.Kernels;

/// <summary>The task that a team works on.</summary>
internal struct TeamRow
{
    /// <summary>Number of the task; no task at all where it is not below the number of tasks.</summary>
    public int Task;

    /// <summary>The row; 0 where there is no task.</summary>
    public int Index;

    /// <summary>Its first entry; where sums of segments take the place of entries, the first of those.</summary>
    public long First;

    /// <summary>The number of its entries; -1 where there is no task.</summary>
    public int Length;

    /// <summary>The largest number of entries in the group: all teams go through as many stages.</summary>
    public int Longest;

    /// <summary>Whether there is a task.</summary>
    public readonly bool Exists => Length >= 0;

    /// <summary>The task of a team where no task is longer than the one before it.</summary>
    public static TeamRow OfSorted(in RowSolveArguments arguments, int firstTask, int team)
    {
        var row = new TeamRow { Task = firstTask + team, Length = -1, Longest = arguments.Tasks[firstTask].Length };
        if (row.Task >= arguments.TaskCount) return row;
        var task = arguments.Tasks[row.Task];
        (row.Index, row.First, row.Length) = (task.Row, task.First, task.Length);
        return row;
    }

    /// <summary>The task of a team; where long rows are refined, rows that do not ask for it are no tasks.</summary>
    public static TeamRow Of(in RowSolveArguments arguments, int firstTask, int team)
    {
        var row = new TeamRow { Task = firstTask + team, Length = -1 };
        for (var other = firstTask; other < firstTask + arguments.Layout.Teams && other < arguments.TaskCount; other++)
        {
            var task = arguments.Tasks[other];
            if (arguments.Round == SolveRound.LongRowsAgain && arguments.Status[task.Row] != RowSolveStatus.AsksForRefinement) continue;
            if (task.Length > row.Longest) row.Longest = task.Length;
            if (other == row.Task) (row.Index, row.First, row.Length) = (task.Row, task.First, task.Length);
        }

        return row;
    }

    /// <summary>The row with the sums of its group for entries.</summary>
    public readonly TeamRow Summed(in RowSolveArguments arguments, int team) =>
        this with { First = TensorSums.Slot(arguments, team), Length = Length > 0 ? 1 : 0 };

    /// <summary>Whether no team of the group has anything to refine.</summary>
    public readonly bool IsLeftAlone(in RowSolveArguments arguments) => arguments.Round == SolveRound.LongRowsAgain && Longest == 0;
}

/// <summary>Writes what became of the row of a team.</summary>
internal static class RowResult
{
    /// <summary>x, or zeros where there were no plays or no solution, and the status.</summary>
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
