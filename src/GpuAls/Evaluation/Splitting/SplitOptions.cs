using System.Globalization;
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

    /// <summary>Checks each option.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range.</exception>
    public void Validate()
    {
        Require.Usage(
            TestFraction is > 0 and < 1,
            string.Create(
                CultureInfo.InvariantCulture,
                $"--test-fraction is {TestFraction}; expected a number between 0 and 1, such as 0.2."));
        Require.Usage(
            LeaveOut >= 1,
            string.Create(CultureInfo.InvariantCulture, $"--leave-out is {LeaveOut}; expected 1 or more."));
        Require.Usage(
            Folds is null or (>= 2 and <= 100),
            string.Create(CultureInfo.InvariantCulture, $"--folds is {Folds}; expected 2 to 100."));
        Require.Usage(
            Folds is null || Kind == SplitKind.Random, "--folds divides plays at random, so it needs --split random.");
    }

    /// <summary>Checks that a column of times is there where plays are held out by it, and nowhere else.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is missing, or has no effect.</exception>
    internal void CheckTimes(string? timeColumn, bool hasTestFiles)
    {
        var takesTimes = !hasTestFiles && Kind is (SplitKind.Time or SplitKind.LeaveLast);
        Require.Usage(
            timeColumn is null || takesTimes,
            "--time-column has no effect without --split time or leave-last. Leave it out.");
        Require.Usage(
            timeColumn is not null || !takesTimes,
            $"--split {Words.Of(Kind)} needs the times of the plays. Name their column with --time-column.");
    }
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
