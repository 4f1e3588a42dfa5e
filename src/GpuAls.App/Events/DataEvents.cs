using static System.FormattableString;

namespace GpuAls.App;

/// <summary>Some rows were read.</summary>
/// <param name="Read">How far it is.</param>
internal sealed record RowsRead(ReadProgress Read) : JobEvent
{
    public override JobProgress Progress => new(DataLoaded.Phase, Read.Fraction)
    {
        Details = Counted.Of(Read.Rows, "row"),
        Done = Read.Rows,
        Unit = "row",
    };
}

/// <summary>The plays are in memory.</summary>
/// <param name="Data">Their numbers.</param>
/// <param name="Seconds">Wall time of reading, indexing and building both matrices.</param>
internal sealed record DataLoaded(DataStatistics Data, double Seconds) : JobEvent
{
    public const string Phase = "reading";

    public static readonly LogEvent Log = new(
        LogLevel.Info, "data", "Plays were read",
        ("rows", "rows read, dropped ones included"), ("users", "distinct users"), ("items", "distinct items"),
        ("plays", "distinct pairs of a user and an item"), ("seconds", "wall time of reading and indexing"));

    public static readonly LogEvent ZeroWeights = new(
        LogLevel.Warning, "zero_weights", "Rows with weight 0 were dropped", ("rows", "how many"));

    public static readonly LogEvent OutsidePeriod = new(
        LogLevel.Info, "outside_period", "Rows outside --since and --until were dropped", ("rows", "how many"));

    public static readonly LogEvent CancelledPairs = new(
        LogLevel.Warning, "cancelled_pairs", "Pairs of a user and an item were dropped because their weights sum to 0",
        ("pairs", "how many"));

    public static readonly LogEvent BadRows = new(
        LogLevel.Warning, "bad_rows", "Bad rows were dropped (--on-bad-row skip)", ("rows", "how many"));

    public static readonly LogEvent UsersWithoutPlays = new(
        LogLevel.Warning, "users_without_plays", "Users get no list because they have no play above 0",
        ("users", "how many"));

    public static readonly LogEvent ItemsWithoutPlays = new(
        LogLevel.Warning, "items_without_plays", "Items have no play above 0, or factors that are all 0: no list",
        ("items", "how many"));

    public override IEnumerable<LogLine> Lines
    {
        get
        {
            yield return Log.Line(
                $"read {Counted.Of(Data.Read.Rows, "row")}: {Counted.Of(Data.Users, "user")}, "
                    + $"{Counted.Of(Data.Items, "item")}, "
                    + Invariant($"{Counted.Of(Data.Plays, "play")} ({Seconds:F2} s)"),
                Data.Read.Rows, Data.Users, Data.Items, Data.Plays, Seconds);
            var (zeros, cancelled, bad, idle) = (
                Data.Read.ZeroWeightRows, Data.CancelledPairs, Data.Read.BadRows, Data.UsersWithoutPlays);
            if (zeros > 0)
                yield return ZeroWeights.Line(
                    $"{Counted.Of(zeros, "row with weight 0 was", "rows with weight 0 were")} left out.", zeros);
            if (Data.Read.RowsOutsidePeriod is > 0 and var outside)
                yield return OutsidePeriod.Line(
                    $"{Counted.Of(outside, "row was", "rows were")} left out for their time (--since, --until).",
                    outside);
            if (cancelled > 0)
            {
                var pairs = Counted.Of(
                    cancelled, "pair of a user and an item was left out because its weights",
                    "pairs of a user and an item were left out because their weights");
                yield return CancelledPairs.Line($"{pairs} add up to 0.", cancelled);
            }

            if (bad > 0)
                yield return BadRows.Line($"{Counted.Of(bad, "bad row was", "bad rows were")} skipped.", bad);
            if (idle > 0)
                yield return UsersWithoutPlays.Line(
                    $"{Counted.Of(idle, "user has", "users have")} no play above 0, "
                        + $"only dislikes or weights that add up to 0, and {(idle == 1 ? "gets" : "get")} no list.",
                    idle);
        }
    }
}

/// <summary>Plays were held out.</summary>
/// <param name="Counts">Their numbers.</param>
/// <param name="Fold">Which fold, from 1.</param>
/// <param name="Folds">Folds in all; 1 for a single split.</param>
/// <param name="ColdStart">What becomes of those that cannot be predicted.</param>
internal sealed record SplitMade(SplitCounts Counts, int Fold, int Folds, ColdStart ColdStart) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "split", "Plays were held out to measure with",
        ("train_pairs", "pairs of a user and an item to train on"), ("held_out_pairs", "pairs held out"),
        ("users", "users that are measured"), ("users_without_held_out", "users without relevant held-out plays"));

    public static readonly LogEvent Unseen = new(
        LogLevel.Warning, "unseen", "Held-out pairs have a user or an item without a play to train on",
        ("pairs", "how many pairs"), ("users", "how many such users"), ("items", "how many such items"));

    public static readonly LogEvent Repeated = new(
        LogLevel.Warning, "repeated", "Test pairs were dropped because they are also training pairs or excluded",
        ("pairs", "how many"));

    public override IEnumerable<LogLine> Lines
    {
        get
        {
            var heldOut = Counts.HeldOut;
            var fold = Folds > 1 ? $"fold {Fold}/{Folds}: " : "";
            yield return Log.Line(
                Invariant($"{fold}{Counted.Of(Counts.TrainPairs, "pair")} to train on, {heldOut.Pairs:N0} held out; ")
                    + $"{Counted.Of(Counts.Users, "user")} measured, "
                    + Invariant($"{Counts.UsersWithoutHeldOut:N0} without relevant held-out plays"),
                Counts.TrainPairs, heldOut.Pairs, Counts.Users, Counts.UsersWithoutHeldOut);
            if (heldOut.UnseenPairs > 0)
                yield return Unseen.Line(
                    TextOfUnseen(heldOut), heldOut.UnseenPairs, heldOut.UnseenUsers, heldOut.UnseenItems);
            if (heldOut.RepeatedPairs > 0)
                yield return Repeated.Line(
                    Counted.Of(
                        heldOut.RepeatedPairs, "test pair was dropped because it is also a training pair or excluded.",
                        "test pairs were dropped because they are also training pairs or excluded."),
                    heldOut.RepeatedPairs);
        }
    }

    private string TextOfUnseen(HeldOutCounts heldOut)
    {
        string[] unseen =
        [
            .. heldOut.UnseenUsers > 0 ? [Counted.Of(heldOut.UnseenUsers, "user")] : Array.Empty<string>(),
            .. heldOut.UnseenItems > 0 ? [Counted.Of(heldOut.UnseenItems, "item")] : Array.Empty<string>(),
        ];
        var pairs = ColdStart == ColdStart.Drop
            ? Counted.Of(heldOut.UnseenPairs, "held-out pair was left out", "held-out pairs were left out")
            : $"{Counted.Of(heldOut.UnseenPairs, "held-out pair")} cannot be predicted";
        var have = heldOut.UnseenUsers + heldOut.UnseenItems == 1 ? "has" : "have";
        return $"{pairs}: {string.Join(" and ", unseen)} {have} no play above 0 (or no rating) to train on "
            + "(--cold-start).";
    }
}
