namespace GpuAls.App;

/// <summary>A summary in the log of programs: a field for each fact.</summary>
internal static class SummaryLine
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "summary", "The end of a run of train, recommend, evaluate or tune; also after a failure",
        [
            ("command", "the command"), ("exit_code", "the exit code; 0 for success"),
            ("seconds", "wall time of the run"), ("device", "the device; null if none was chosen yet"),
            .. Documented(),
        ]);

    public static LogLine Of(JobSummary summary) => Log.Line(
        SummaryTable.Title(summary),
        [
            summary.Command, summary.ExitCode, summary.Seconds, summary.Device,
            .. SummaryFacts.All.Select(fact => Value(fact, summary)),
        ]);

    /// <summary>Such as <c>rows_dropped</c>, an object with a number by reason.</summary>
    private static (string, string)[] Documented()
    {
        var fields = new (string, string)[SummaryFacts.All.Count];
        for (var i = 0; i < fields.Length; i++)
        {
            var (fact, by) = (SummaryFacts.All[i], "");
            if (fact.Labels.Count > 0) by = $", by {string.Join(" and ", fact.Labels)}";
            fields[i] = (fact.Name, $"{char.ToLowerInvariant(fact.Help[0])}{fact.Help[1..]}{by}");
        }

        return fields;
    }

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
}
