namespace GpuAls;

/// <summary>Which processes share plays, and how they share them out.</summary>
/// <param name="Group">The processes.</param>
/// <param name="Cost">The work of a row with so many plays, in any unit: each gets rows of about the same work.</param>
internal sealed record PlaySharing(IProcessGroup Group, Func<int, double> Cost)
{
    /// <summary>One process, which has all plays.</summary>
    public static PlaySharing Alone { get; } = new(SingleProcess.Instance, length => length);

    /// <summary>Whether one process has all plays.</summary>
    public bool IsAlone => Group.Size == 1;

    /// <summary>Rows or plays that a process may hold.</summary>
    public int Most { get; init; } = Array.MaxLength;
}
