using GpuAls.App;
using Spectre.Console;

namespace GpuAls.Cli;

/// <summary>Runs a job with bars on a terminal, else with plain lines.</summary>
internal static class JobRunner
{
    /// <summary>Runs a job on a device, and tells of it as the options say.</summary>
    public static async Task<T> RunAsync<T>(
        LogOptions log, CliConsole console, DeviceRequest device,
        Func<IAlsEngine, IProgress<JobEvent>, Task<T>> job)
    {
        T made = default!;
        await RunAsync(console, log, async progress =>
        {
            using var engine = Open(device, progress);
            made = await job(engine, progress).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return made;
    }

    public static async Task RunAsync(CliConsole console, LogOptions log, Func<IProgress<JobEvent>, Task> job)
    {
        var lines = new JobReporter(new RunLog(console.Error, log), TimeProvider.System);
        try
        {
            var run = log.HasBars && console.IsTerminal ? RunWithBarsAsync(console, lines, job) : job(lines);
            await run.ConfigureAwait(false);
        }
        finally
        {
            lines.End();
        }
    }

    /// <summary>Makes the engine, and says which it is.</summary>
    public static IAlsEngine Open(DeviceRequest request, IProgress<JobEvent> progress)
    {
        var engine = EngineFactory.Create(request, out var reason, new StreamedRelay(progress));
        progress.Report(new EngineChosen(engine.Description, reason));
        return engine;
    }

    /// <summary>The device for a training.</summary>
    public static DeviceRequest For(this DeviceRequest request, AlsOptions options) =>
        request with { WhyCpu = options.Nonnegative ? "--nonnegative is computed on the CPU" : null };

    /// <summary>
    /// Iterations and trials are shown by their bars; what happened before and after stays as lines, also where the job
    /// fails.
    /// </summary>
    private static async Task RunWithBarsAsync(
        CliConsole console, JobReporter lines, Func<IProgress<JobEvent>, Task> job)
    {
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(console.Error) });
        var kept = new List<JobEvent>();
        try
        {
            await terminal.Progress()
                .Columns(
                    new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                    new ElapsedTimeColumn())
                .StartAsync(context =>
                {
                    var drawn = new BarReporter(context);
                    return job(new Fork(value =>
                    {
                        drawn.Report(value);
                        if (!IsDrawn(value)) kept.Add(value);
                    }));
                }).ConfigureAwait(false);
        }
        finally
        {
            foreach (var value in kept) lines.Report(value);
        }
    }

    /// <summary>Whether the bars show all there is to an event.</summary>
    private static bool IsDrawn(JobEvent value) => value is RowsRead or ListsMade or PhaseProgress or TrialProgress
        or IterationDone { Report: { JitteredRows: 0, Fp64Rows: 0 } } or TrialDone { Result.Failure: null };

    private sealed class StreamedRelay(IProgress<JobEvent> progress) : IProgress<PlaysStreamed>
    {
        public void Report(PlaysStreamed value) => progress.Report(new PlaysStreaming(value));
    }

    private sealed class Fork(Action<JobEvent> report) : IProgress<JobEvent>
    {
        public void Report(JobEvent value) => report(value);
    }
}
