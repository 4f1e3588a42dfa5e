using static System.FormattableString;

namespace GpuAls.App;

/// <summary>A summary in the log: a table for people, a field for each fact for programs.</summary>
internal static class SummaryLine
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "summary", "The end of a run of train, recommend, evaluate or tune; also after a failure",
        [
            ("command", "the command"), ("exit_code", "the exit code; 0 for success"),
            ("seconds", "wall time of the run"), ("device", "the device; null if none was chosen yet"),
            .. SummaryFacts.All.Select(Documented),
        ]);

    public static LogLine Of(JobSummary summary) => Log.Line(
        Invariant($"{summary.Command}: {(summary.HasSucceeded ? "done" : "failed")} in {summary.Seconds:F2} s"),
        [
            summary.Command, summary.ExitCode, summary.Seconds, summary.Device,
            .. SummaryFacts.All.Select(fact => Value(fact, summary)),
        ]) with
    {
        Details = Table(summary),
    };

    /// <summary>Such as <c>rows_dropped</c>, an object with a number by reason.</summary>
    private static (string, string) Documented(SummaryFact fact) => (
        fact.Name,
        char.ToLowerInvariant(fact.Help[0]) + fact.Help[1..]
            + (fact.Labels.Count > 0 ? $", by {string.Join(" and ", fact.Labels)}" : ""));

    /// <summary>A number, or numbers by label, those of two labels in objects of objects.</summary>
    private static object? Value(SummaryFact fact, JobSummary summary)
    {
        var values = fact.Values(summary).ToArray();
        if (values.Length == 0) return null;
        return fact.Labels.Count switch
        {
            0 => values[0].Value,
            1 => values.ToDictionary(value => value.Labels[0], object? (value) => value.Value),
            _ => values.GroupBy(value => value.Labels[0])
                .ToDictionary(group => group.Key, object? (group) =>
                    group.ToDictionary(value => value.Labels[1], object? (value) => value.Value)),
        };
    }

    /// <summary>A row for each kind of fact, without those that are not known.</summary>
    private static string[] Table(JobSummary s)
    {
        (string Title, IEnumerable<string> Facts)[] rows =
        [
            ("rows", s.RowsRead is { } read
                ? [Invariant($"{read:N0} read"), .. Dropped(s)]
                : []),
            ("data", s is { Users: { } users, Items: { } items, Plays: { } plays }
                ? [Counted.Of(users, "user"), Counted.Of(items, "item"), Counted.Of(plays, "play")]
                : []),
            ("model", s.Loss is { } loss ? [Invariant($"loss {loss:G9}")] : []),
            ("metrics", s.Metrics.Count > 0 && s.Metrics[0].Metrics.Count <= 2
                ? s.Metrics[0].Metrics.Select(metric => Invariant($"{metric.Metric} {metric.Value:F4}"))
                : []),
            ("work",
            [
                .. Many(s.Iterations, "iteration"), .. Many(s.Trials, "trial"), .. Many(s.Lists ?? 0, "list"),
            ]),
            ("seconds", s.PhaseSeconds.Select(phase => Invariant($"{phase.Key} {phase.Value:F2}"))),
            ("memory",
            [
                .. Bytes(s.PeakHostBytes, "of host memory at most"),
                .. Bytes(s.DeviceUsage?.PeakBytes, "of device memory at most"),
            ]),
            ("moved",
            [
                .. Bytes(s.InputBytes, "read"), .. Bytes(s.OutputBytes, "written"),
                .. Bytes(s.DeviceUsage?.BytesToDevice, "to the device"),
                .. Bytes(s.DeviceUsage?.BytesFromDevice, "from the device"),
            ]),
        ];
        return
        [
            .. from row in rows
               let text = string.Join(", ", row.Facts)
               where text.Length > 0
               select $"  {row.Title,-9}{text}",
        ];
    }

    private static IEnumerable<string> Dropped(JobSummary s) =>
    [
        .. Many(s.ZeroWeightRows, "row", "with weight 0 dropped"),
        .. Many(s.BadRows, "bad row", "dropped"),
        .. Many(s.CancelledPairs, "pair", "that adds up to 0 dropped", "that add up to 0 dropped"),
        .. Many(s.UnseenPairs, "held-out pair", "with nothing to train on dropped"),
        .. Many(s.RepeatedPairs, "repeated test pair", "dropped"),
    ];

    private static string[] Many(long count, string noun, string one = "", string? more = null) =>
        count == 0 ? [] : [$"{Counted.Of(count, noun)} {(count == 1 ? one : more ?? one)}".TrimEnd()];

    private static string[] Bytes(long? bytes, string what) =>
        bytes is > 0 ? [$"{ByteSize.Text(bytes.Value)} {what}"] : [];
}
