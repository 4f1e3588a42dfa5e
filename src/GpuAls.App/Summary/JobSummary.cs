using System.Globalization;

namespace GpuAls.App;

/// <summary>
/// What a run came to. The log, the metrics file and OpenTelemetry all get it from here, by
/// <see cref="SummaryFacts"/>. What a run has not reached is null or empty.
/// </summary>
internal sealed record JobSummary
{
    /// <summary>The command, such as <c>train</c>.</summary>
    public required string Command { get; init; }

    /// <summary>When the run began, in UTC.</summary>
    public required DateTime StartedAt { get; init; }

    /// <summary>Wall time of the run.</summary>
    public required double Seconds { get; init; }

    /// <summary>The exit code; 0 if the run succeeded.</summary>
    public required int ExitCode { get; init; }

    /// <summary>What it ran on; null where none was chosen yet.</summary>
    public string? Device { get; init; }

    /// <summary>Rows read, of all inputs.</summary>
    public long? RowsRead { get; init; }

    /// <summary>Rows dropped because their weight is 0.</summary>
    public long ZeroWeightRows { get; init; }

    /// <summary>Rows dropped because they are outside --since and --until.</summary>
    public long RowsOutsidePeriod { get; init; }

    /// <summary>Rows dropped because they are bad.</summary>
    public long BadRows { get; init; }

    /// <summary>Pairs of a user and an item dropped because their weights sum to 0.</summary>
    public long CancelledPairs { get; init; }

    /// <summary>Held-out pairs dropped because their user or item has no play to train on.</summary>
    public long UnseenPairs { get; init; }

    /// <summary>Test pairs dropped because they are training pairs too, or excluded.</summary>
    public long RepeatedPairs { get; init; }

    /// <summary>Users of the plays or the model.</summary>
    public long? Users { get; init; }

    /// <summary>Items of the plays or the model.</summary>
    public long? Items { get; init; }

    /// <summary>Pairs of a user and an item.</summary>
    public long? Plays { get; init; }

    /// <summary>Iterations trained in this run.</summary>
    public int Iterations { get; init; }

    /// <summary>Trials done in this run, each rung counted.</summary>
    public int Trials { get; init; }

    /// <summary>Trials that failed.</summary>
    public int FailedTrials { get; init; }

    /// <summary>Lists made.</summary>
    public long? Lists { get; init; }

    /// <summary>The loss of the factors that were kept.</summary>
    public double? Loss { get; init; }

    /// <summary>What was measured on held-out plays.</summary>
    public IReadOnlyList<MethodResult> Metrics { get; init; } = [];

    /// <summary>Seconds of each phase, in their order.</summary>
    public IReadOnlyDictionary<string, double> PhaseSeconds { get; init; } = new Dictionary<string, double>();

    /// <summary>The most host memory that the process had at a time; null where the system doesn't say.</summary>
    public long? PeakHostBytes { get; init; }

    /// <summary>How long processes waited for each other; null for one process.</summary>
    public ProcessesWaited? Waits { get; init; }

    /// <summary>What was used of the device; null where it works in host memory.</summary>
    public DeviceUsage? DeviceUsage { get; init; }

    /// <summary>Bytes read from files and stores.</summary>
    public long InputBytes { get; init; }

    /// <summary>Bytes written to files and stores.</summary>
    public long OutputBytes { get; init; }

    /// <summary>Whether the run succeeded.</summary>
    public bool HasSucceeded => ExitCode == 0;

    /// <summary>When the run ended, in UTC.</summary>
    public DateTime EndedAt => StartedAt.AddSeconds(Seconds);
}

/// <summary>A number of a summary.</summary>
/// <param name="Value">The number.</param>
/// <param name="Labels">The value of each label of the fact.</param>
internal sealed record SummaryValue(double Value, params string[] Labels);

/// <summary>
/// A fact of a summary, under one name for all: <c>users</c> is a field of the log, <c>gpuals_users</c> in the metrics
/// file and <c>gpuals.users</c> in OpenTelemetry. Names, units and labels are frozen.
/// </summary>
/// <param name="Name">Its name, which ends with its unit if it has one.</param>
/// <param name="Help">What it is.</param>
/// <param name="Values">Its values; none where the run has not reached it.</param>
internal sealed record SummaryFact(string Name, string Help, Func<JobSummary, IEnumerable<SummaryValue>> Values)
{
    /// <summary>What tells several values apart, such as <c>reason</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}

/// <summary>The facts of a summary, in their order.</summary>
internal static class SummaryFacts
{
    public static IReadOnlyList<SummaryFact> All { get; } =
    [
        new("rows_read", "Rows read from the input, dropped ones included", s => One(s.RowsRead)),
        new("rows_dropped", "Rows of the input that were dropped", s => s.RowsRead is null
            ? []
            : [
                new(s.ZeroWeightRows, "zero_weight"), new(s.RowsOutsidePeriod, "outside_period"),
                new(s.BadRows, "bad"),
            ])
        {
            Labels = ["reason"],
        },
        new("pairs_dropped", "Pairs of a user and an item that were dropped", s => s.RowsRead is null
            ? []
            : [new(s.CancelledPairs, "cancelled"), new(s.UnseenPairs, "unseen"), new(s.RepeatedPairs, "repeated")])
        {
            Labels = ["reason"],
        },
        new("users", "Users of the plays or the model", s => One(s.Users)),
        new("items", "Items of the plays or the model", s => One(s.Items)),
        new("plays", "Pairs of a user and an item in the plays or the model", s => One(s.Plays)),
        new("iterations", "Iterations trained in this run", s => One(s.Iterations > 0 ? s.Iterations : null)),
        new("trials", "Trials of a search done in this run", s => s.Trials == 0
            ? []
            : [new(s.Trials - s.FailedTrials, "done"), new(s.FailedTrials, "failed")])
        {
            Labels = ["outcome"],
        },
        new("lists", "Lists of recommendations made", s => One(s.Lists)),
        new("loss", "Loss of the factors that were kept (--loss)", s => One(s.Loss)),
        new("metric_value", "Metrics measured on held-out plays", s =>
            from method in s.Metrics
            from metric in method.Metrics
            select new SummaryValue(metric.Value, method.Name, metric.Metric.ToString()))
        {
            Labels = ["method", "metric"],
        },
        new("phase_seconds", "Wall time of each phase, in seconds", s =>
            s.PhaseSeconds.Select(phase => new SummaryValue(phase.Value, phase.Key)))
        {
            Labels = ["phase"],
        },
        new("host_memory_peak_bytes", "Peak host memory of the process, in bytes", s => One(s.PeakHostBytes)),
        new("device_memory_peak_bytes", "Peak device memory allocated, in bytes", s => One(s.DeviceUsage?.PeakBytes)),
        new("input_bytes", "Bytes read from files and object stores", s => One(s.InputBytes)),
        new("output_bytes", "Bytes written to files and object stores", s => One(s.OutputBytes)),
        new("device_transfer_bytes", "Bytes copied between host and device", s => s.DeviceUsage is not { } usage
            ? []
            : [new(usage.BytesToDevice, "to_device"), new(usage.BytesFromDevice, "from_device")])
        {
            Labels = ["direction"],
        },
        new("process_wait_seconds", "Seconds that each process waited for others, until the end of the training", s =>
            s.Waits is not { } waits
                ? []
                : waits.Seconds.Select((seconds, process) => new SummaryValue(
                    Math.Round(seconds, 3), process.ToString(CultureInfo.InvariantCulture), waits.Hosts[process])))
        {
            Labels = ["process", "host"],
        },
        new("process_sent_bytes", "Bytes that processes sent to each other", s => One(s.Waits?.SentBytes)),
    ];

    private static IEnumerable<SummaryValue> One(double? value) => value is { } known ? [new(known)] : [];
}
