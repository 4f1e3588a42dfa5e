using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>How plays are divided into those to train on and those to test with.</summary>
public sealed record SplitOptions
{
    /// <summary>The defaults of every option.</summary>
    public static SplitOptions Default { get; } = new();

    /// <summary>Which plays are held out.</summary>
    public SplitKind Kind { get; init; } = SplitKind.Random;

    /// <summary>
    /// The fraction held out, between 0 and 1; not of <see cref="SplitKind.LeaveOut"/> and
    /// <see cref="SplitKind.LeaveLast"/>.
    /// </summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>
    /// Plays of each user held out by <see cref="SplitKind.LeaveOut"/> and <see cref="SplitKind.LeaveLast"/>, at least
    /// 1.
    /// </summary>
    public int LeaveOut { get; init; } = 1;

    /// <summary>Parts of a random split, each held out once; null for one split.</summary>
    public int? Folds { get; init; }

    /// <summary>The same seed holds out the same plays.</summary>
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

    /// <summary>The same fraction of each user's plays.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>The same number of each user's plays.</summary>
    [JsonStringEnumMemberName("leave-out")]
    LeaveOut,

    /// <summary>
    /// The newest of each user's plays, the same number of each. A pair is as new as its newest row; of pairs of one
    /// time chance decides.
    /// </summary>
    [JsonStringEnumMemberName("leave-last")]
    LeaveLast,

    /// <summary>
    /// The newest fraction of all rows, before duplicates are summed: what came later tells nothing of what is trained
    /// on.
    /// </summary>
    [JsonStringEnumMemberName("time")]
    Time,
}
