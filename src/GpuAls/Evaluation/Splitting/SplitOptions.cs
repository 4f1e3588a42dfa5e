using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>How plays are split into training and test plays.</summary>
public sealed record SplitOptions
{
    /// <summary>The defaults.</summary>
    public static SplitOptions Default { get; } = new();

    /// <summary>Which plays are held out.</summary>
    public SplitKind Kind { get; init; } = SplitKind.Random;

    /// <summary>
    /// The fraction to hold out, between 0 and 1. Not used by <see cref="SplitKind.LeaveOut"/> and
    /// <see cref="SplitKind.LeaveLast"/>.
    /// </summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>
    /// Number of plays of each user that <see cref="SplitKind.LeaveOut"/> and <see cref="SplitKind.LeaveLast"/> hold
    /// out, at least 1.
    /// </summary>
    public int LeaveOut { get; init; } = 1;

    /// <summary>Number of cross-validation folds, each held out once; null for a single split.</summary>
    public int? Folds { get; init; }

    /// <summary>Seed of the split.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Whether times decide which plays are held out.</summary>
    internal bool TakesTimes => Kind is SplitKind.Time or SplitKind.LeaveLast;

    /// <summary>Checks each option.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range.</exception>
    public void Validate() => SplitParameters.Table.Check(this);
}

/// <summary>Which plays are held out.</summary>
[JsonConverter(typeof(WordConverter<SplitKind>))]
public enum SplitKind
{
    /// <summary>Each play with the same probability.</summary>
    [JsonStringEnumMemberName("random")]
    Random,

    /// <summary>A fraction of each user's plays.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>A number of each user's plays, drawn at random.</summary>
    [JsonStringEnumMemberName("leave-out")]
    LeaveOut,

    /// <summary>
    /// The newest plays of each user. A pair is as new as its newest row; ties are broken at random.
    /// </summary>
    [JsonStringEnumMemberName("leave-last")]
    LeaveLast,

    /// <summary>
    /// The newest fraction of all rows, split before duplicates are summed, so that later plays don't count in
    /// training.
    /// </summary>
    [JsonStringEnumMemberName("time")]
    Time,

    /// <summary>
    /// All plays of a fraction of the items, which nothing but their features is known of then. Only these items are
    /// listed. Requires features of items.
    /// </summary>
    [JsonStringEnumMemberName("new-items")]
    NewItems,
}
