namespace GpuAls.App;

/// <summary>Ids in the file of a rule that are not in the model: they change nothing.</summary>
/// <param name="Option">The option of the file.</param>
/// <param name="File">The file.</param>
/// <param name="Count">How many.</param>
/// <param name="Of">Out of how many.</param>
/// <param name="Noun">What they are.</param>
internal sealed record UnusedIds(string Option, string File, int Count, int Of, string Noun) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "unused_ids", "The file of a rule for lists has ids that are not in the model",
        ("option", "the option of the file"), ("unknown", "how many of its rows or ids are not in the model"),
        ("all", "how many it has"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"{Option} '{File}': {Count:N0} of {Counted.Of(Of, Noun)} {(Count == 1 ? "is" : "are")} not in the model "
                + $"and {(Count == 1 ? "was" : "were")} ignored.",
            Option, Count, Of),
    ];
}

/// <summary>Lists of a saved model were made, and all is written.</summary>
/// <param name="Report">Their numbers.</param>
/// <param name="Options">What was asked for.</param>
internal sealed record RecommendDone(RecommendReport Report, RecommendJobOptions Options) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "done", "recommend: everything is written", ("lists", "how many lists"));

    public static readonly LogEvent NoUsers = new(
        LogLevel.Warning, "no_users", "The file of users or items has no ids, so no lists were made");

    public static readonly LogEvent UnknownUsers = new(
        LogLevel.Warning, "unknown_users", "Users are not in the model and were skipped", ("users", "how many"));

    public static readonly LogEvent UnknownItems = new(
        LogLevel.Warning, "unknown_items", "Items are not in the model and were skipped", ("items", "how many"));

    public static readonly LogEvent EmptyLists = new(
        LogLevel.Info, "empty_lists", "Lists are empty: nothing is left that they may hold", ("lists", "how many"));

    public override IEnumerable<LogLine> Lines
    {
        get
        {
            var (chosen, whose) = (Report.Chosen, Options.Whose);
            if (chosen.Named == 0)
                yield return NoUsers.Line(
                    $"'{Options.UsersFile ?? Options.ItemsFile}' has no {whose} ids, so no lists were made.");
            if (chosen.Unknown > 0)
                yield return (Options.ForItems ? UnknownItems : UnknownUsers).Line(
                    $"{Counted.Of(chosen.Unknown, $"{whose} is", $"{whose}s are")} not in the model and "
                        + $"{(chosen.Unknown == 1 ? "was" : "were")} skipped.",
                    chosen.Unknown);
            if (chosen.WithoutPlays > 0)
            {
                var text = Counted.Of(
                    chosen.WithoutPlays, $"{whose} gets no list: no play above 0, or all factors are 0",
                    $"{whose}s get no list: no play above 0, or all factors are 0");
                yield return (Options.ForItems ? DataLoaded.ItemsWithoutPlays : DataLoaded.UsersWithoutPlays)
                    .Line($"{text}.", chosen.WithoutPlays);
            }

            if (Report.EmptyLists > 0)
                yield return EmptyLists.Line(
                    $"{Counted.Of(Report.EmptyLists, "list is", "lists are")} empty: nothing is left that "
                        + $"{(Report.EmptyLists == 1 ? "it" : "they")} may hold.",
                    Report.EmptyLists);
            yield return Log.Line(
                $"wrote {Counted.Of(Report.Lists, "list")} to {Options.Output ?? "stdout"}", Report.Lists);
        }
    }
}
