namespace GpuAls;

/// <summary>Which plays are held out.</summary>
public enum SplitKind
{
    /// <summary>Each play with the same probability.</summary>
    Random,

    /// <summary>The same fraction of each user's plays.</summary>
    User,

    /// <summary>The same number of each user's plays.</summary>
    LeaveOut,

    /// <summary>
    /// The newest of each user's plays, the same number of each. A pair is as new as its newest row; of pairs of one time chance decides.
    /// </summary>
    LeaveLast,

    /// <summary>The newest fraction of all rows, before duplicates are summed: what came later tells nothing of what is trained on.</summary>
    Time,
}
