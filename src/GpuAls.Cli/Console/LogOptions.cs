using System.Text.Json.Serialization;
using static GpuAls.Parameter<GpuAls.Cli.LogOptions>;

namespace GpuAls.Cli;

/// <summary>How lines on stderr look.</summary>
internal enum LogFormat
{
    /// <summary>A line for people.</summary>
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>An object of JSON per line.</summary>
    [JsonStringEnumMemberName("json")]
    Json,
}

/// <summary>What a run tells of itself on stderr.</summary>
internal sealed record LogOptions
{
    /// <summary>Whether to print only warnings and errors.</summary>
    public bool Quiet { get; init; }

    /// <summary>How the lines look.</summary>
    public LogFormat Format { get; init; }

    /// <summary>Whether a failure is shown with its stack trace.</summary>
    public bool Verbose { get; init; }

    /// <summary>A file of metrics for Prometheus, replaced after each run; null for none.</summary>
    public string? MetricsFile { get; init; }

    /// <summary>Whether progress bars may be drawn on a terminal.</summary>
    public bool HasBars => !Quiet && Format == LogFormat.Text;

    /// <summary>The declaration of the metrics file, for the commands that are watched.</summary>
    public static Parameter<LogOptions> MetricsFileOption { get; } = Parameter<LogOptions>.Text(
        "metrics-file", o => o.MetricsFile, (o, path) => o with { MetricsFile = Cli.MetricsFile.Checked(path) }) with
    {
        Group = ParameterGroup.Logging,
        ValueName = "FILE.prom",
        Summary = "Write metrics for Prometheus at the end, also after a failure",
        Details = "The file is for the textfile collector of node_exporter, and is replaced at once.",
    };

    /// <summary>The declarations for every command.</summary>
    public static ParameterTable<LogOptions> Table { get; } = new(new LogOptions(),
    [
        Flag("quiet", o => o.Quiet, (o, value) => o with { Quiet = value }) with
        {
            Alias = "-q",
            Group = ParameterGroup.Logging,
            IsCommon = true,
            Summary = "Print only warnings and errors",
        },
        Word("log-format", o => o.Format, (o, value) => o with { Format = value }) with
        {
            Group = ParameterGroup.Logging,
            Summary = "Format of the log on stderr",
        },
        Flag("verbose", o => o.Verbose, (o, value) => o with { Verbose = value }) with
        {
            Group = ParameterGroup.Logging,
            Summary = "Print the stack trace of an error",
        },
    ]);
}
