using GpuAls.App;
using Spectre.Console;

namespace GpuAls.Cli;

/// <summary>Runs a job with bars on a terminal, else with plain lines.</summary>
internal static class JobRunner
{
    /// <summary>Runs a job on a device and logs it as the options say.</summary>
    public static async Task<T> RunAsync<T>(
        LogOptions log, CliConsole console, DeviceRequest device,
        Func<IAlsEngine, IProgress<JobEvent>, Task<T>> job)
    {
        T made = default!;
        await RunAsync(console, log, async progress =>
        {
            var announced = new EngineAnnouncement(progress);
            using var engine = Open(device, announced, console.Processes);
            try
            {
                made = await job(engine, announced).ConfigureAwait(false);
            }
            finally
            {
                if (engine.Usage is { } usage) console.Watch.Report(new DeviceUsed(usage));
            }
        }).ConfigureAwait(false);
        return made;
    }

    public static async Task RunAsync(CliConsole console, LogOptions log, Func<IProgress<JobEvent>, Task> job)
    {
        var lines = new JobReporter(new RunLog(console.Error, log), TimeProvider.System);
        var jitter = new JitterCount();
        try
        {
            var run = log.HasBars && console.IsTerminal
                ? RunWithBarsAsync(console, lines, Watched, job)
                : Watched(job, lines.Report);
            await run.ConfigureAwait(false);
        }
        finally
        {
            if (jitter.Event is { } jittered) lines.Report(jittered);
        }

        Task Watched(Func<IProgress<JobEvent>, Task> job, Action<JobEvent> shown) =>
            job(new Relay<JobEvent>(value =>
            {
                console.Watch.Report(value);
                jitter.Add(value);
                shown(value);
            }));
    }

    private static IAlsEngine Open(DeviceRequest request, EngineAnnouncement progress, JobProcesses processes)
    {
        var notes = new Relay<MemoryNote>(note => progress.Report(MemoryEvents.Of(note)));
        var engine = EngineFactory.Create(request, out var choice, notes);
        processes.RequireSame(
            "--device", Words.Of(engine.Capabilities.Device),
            "Pass --device with a device that every machine has; `gpuals devices` lists those of a machine.");
        var chosen = new EngineChosen(engine.Description, choice);
        progress.First = processes.JoinedOn(engine.Description.Id) is { } joined ? [joined, chosen] : [chosen];
        return engine;
    }

    /// <summary>The device for a training.</summary>
    public static DeviceRequest For(this DeviceRequest request, AlsOptions options) =>
        request with { WhyCpu = options.Nonnegative ? "--nonnegative runs on the CPU only" : null };

    /// <summary>
    /// Bars show iterations and trials; all other events are printed as lines after them, even if the job fails.
    /// </summary>
    private static async Task RunWithBarsAsync(
        CliConsole console, JobReporter lines,
        Func<Func<IProgress<JobEvent>, Task>, Action<JobEvent>, Task> watched, Func<IProgress<JobEvent>, Task> job)
    {
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(console.Error) });
        var (kept, bars) = (new List<JobEvent>(), new BarReporter(TimeProvider.System));
        try
        {
            await terminal.Progress()
                .Columns(bars.Columns)
                .StartAsync(context => watched(job, value =>
                {
                    lock (kept) // A spot notice comes from another thread.
                    {
                        bars.Report(context, value);
                        if (!value.IsOnlyProgress) kept.Add(value);
                    }
                })).ConfigureAwait(false);
        }
        finally
        {
            foreach (var value in kept) lines.Report(value);
        }
    }

    /// <summary>
    /// Reports the engine before the first event of its job, so that a job that fails at once, such as for a missing
    /// file, prints nothing but its error.
    /// </summary>
    private sealed class EngineAnnouncement(IProgress<JobEvent> progress) : IProgress<JobEvent>
    {
        private JobEvent[]? _first;

        public JobEvent[] First
        {
            set => _first = value;
        }

        public void Report(JobEvent value)
        {
            foreach (var first in Interlocked.Exchange(ref _first, null) ?? []) progress.Report(first);
            progress.Report(value);
        }
    }
}
