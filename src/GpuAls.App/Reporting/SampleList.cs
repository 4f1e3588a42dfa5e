namespace GpuAls.App;

/// <summary>What a user played, and what is recommended.</summary>
/// <param name="User">The id, as it came in.</param>
/// <param name="PlayCount">Items that the user played.</param>
/// <param name="Played">Those played most, with their plays.</param>
/// <param name="Recommended">The list, best first, with the scores.</param>
/// <param name="HeldOut">The items held out; null where none were.</param>
public sealed record SampleList(string User, int PlayCount, IReadOnlyList<SampleItem> Played, IReadOnlyList<SampleItem> Recommended, IReadOnlySet<string>? HeldOut = null)
{
    /// <summary>What the plays are.</summary>
    public Feedback Feedback { get; init; }
}

/// <summary>An item of a list.</summary>
/// <param name="Id">The id, as it came in.</param>
/// <param name="Value">Plays, or a score.</param>
public sealed record SampleItem(string Id, float Value);
