using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>What the log has of a command line besides the events of its job.</summary>
internal static class CliEvents
{
    public static readonly LogEvent Usage = new(
        LogLevel.Error, "usage", "The command line is wrong; exit code 2");

    public static readonly LogEvent Failed = new(
        LogLevel.Error, "failed", "The run failed", ("exit_code", "the exit code"));

    public static readonly LogEvent Details = new(
        LogLevel.Error, "details", "The stack trace of the failure (--verbose)");

    public static readonly LogEvent Stopped = new(
        LogLevel.Error, "stopped", "The run was stopped by a signal or a spot notice; exit code 129, 130 or 143");

    public static readonly LogEvent UnknownVariable = new(
        LogLevel.Warning, "unknown_variable", "A GPUALS_ variable of the environment is not an option");

    public static readonly LogEvent Option = new(
        LogLevel.Info, "option", "--print-config: where an option comes from",
        ("option", "its name"), ("value", "its value"), ("origin", "where it comes from"));

    public static readonly LogEvent Memory = new(
        LogLevel.Warning, "memory", "--dry-run: the run would take more memory than the machine has",
        ("available_bytes", "memory of the machine, bytes"), ("needed_bytes", "estimate for the run, bytes"));

    public static readonly LogEvent MetricsFailed = new(
        LogLevel.Warning, "metrics_failed", "The metrics file could not be written; the exit code stays");

    public static readonly LogEvent TelemetryFailed = new(
        LogLevel.Warning, "telemetry_failed", "The collector of OpenTelemetry did not get everything");

    public static readonly LogEvent SampleDone = new(
        LogLevel.Info, "done", "sample: everything is written",
        ("rows", "rows written"), ("users", "distinct users"), ("items", "distinct items"), ("output", "the file"));
}
