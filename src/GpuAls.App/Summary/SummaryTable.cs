using static System.FormattableString;

namespace GpuAls.App;

/// <summary>A summary for people.</summary>
internal static class SummaryTable
{
    /// <summary>Such as <c>train: done in 4.88 s</c>.</summary>
    public static string Title(JobSummary summary) =>
        Invariant($"{summary.Command}: {(summary.HasSucceeded ? "done" : "failed")} in {summary.Seconds:F2} s");

    /// <summary>A row for each kind of fact, without those that are not known.</summary>
    public static IReadOnlyList<string> Of(JobSummary s)
    {
        var table = new List<string> { Title(s) };
        if (s.RowsRead is { } read) Add("rows", [Invariant($"{read:N0} read"), .. Dropped(s)]);
        if (s is { Users: { } users, Items: { } items, Plays: { } plays })
            Add("data", [Counted.Of(users, "user"), Counted.Of(items, "item"), Counted.Of(plays, "play")]);
        if (s.Loss is { } loss) Add("model", [Invariant($"loss {loss:G9}")]);
        // The table of an evaluation has its many metrics.
        if (s.Metrics.Count > 0 && s.Metrics[0].Metrics.Count <= 2)
            Add("metrics", s.Metrics[0].Metrics.Select(one => $"{one.Metric} {MetricTitles.Number(one.Value)}"));
        Add("work", [.. Many(s.Iterations, "iteration"), .. Many(s.Trials, "trial"), .. Many(s.Lists ?? 0, "list")]);
        var phases = new List<string>();
        foreach (var (phase, seconds) in s.PhaseSeconds) phases.Add(Invariant($"{phase} {seconds:F2}"));
        Add("seconds", phases);
        if (s.Waits is { } waits) Add("waited", [waits.Text]);
        Add("memory",
        [
            .. Bytes(s.PeakHostBytes, "of host memory at most"),
            .. Bytes(s.DeviceUsage?.PeakBytes, "of device memory at most"),
        ]);
        Add("moved",
        [
            .. Bytes(s.InputBytes, "read"), .. Bytes(s.OutputBytes, "written"),
            .. Bytes(s.DeviceUsage?.BytesToDevice, "to the device"),
            .. Bytes(s.DeviceUsage?.BytesFromDevice, "from the device"),
        ]);
        return table;

        void Add(string title, IEnumerable<string> facts)
        {
            var text = string.Join(", ", facts);
            if (text.Length > 0) table.Add($"  {title,-9}{text}");
        }
    }

    private static IEnumerable<string> Dropped(JobSummary s) =>
    [
        .. Many(s.ZeroWeightRows, "row", "with weight 0 dropped"),
        .. Many(s.RowsOutsidePeriod, "row", "outside --since and --until dropped"),
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
