using GpuAls.Jobs;
using Spectre.Console;

namespace GpuAls.Cli;

/// <summary>Runs a job with bars on a terminal, else with plain lines.</summary>
internal static class JobRunner
{
    public static async Task RunAsync(CliConsole console, RunLog log, bool bars, Func<IProgress<JobEvent>, Task> job)
    {
        var lines = new JobReporter(log);
        if (!bars || !console.IsTerminal)
        {
            await job(lines).ConfigureAwait(false);
            return;
        }

        // Iterations are shown by their bar; what happened before and after stays as lines.
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(console.Error) });
        var kept = new List<JobEvent>();
        await terminal.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context =>
            {
                var drawn = new BarReporter(context);
                return job(new Fork(value =>
                {
                    drawn.Report(value);
                    if (value is not IterationDone { Report.JitteredRows: 0 }) kept.Add(value);
                }));
            }).ConfigureAwait(false);
        foreach (var value in kept) lines.Report(value);
    }

    private sealed class Fork(Action<JobEvent> report) : IProgress<JobEvent>
    {
        public void Report(JobEvent value) => report(value);
    }
}
