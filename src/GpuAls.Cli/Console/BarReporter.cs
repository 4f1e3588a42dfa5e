using GpuAls.App;
using Spectre.Console;

namespace GpuAls.Cli;

/// <summary>The progress of a job as bars on a terminal, one for each phase.</summary>
internal sealed class BarReporter(ProgressContext context) : IProgress<JobEvent>
{
    private readonly Dictionary<string, ProgressTask> _bars = [];

    public void Report(JobEvent value)
    {
        if (value.Progress is not { } progress) return;
        // A phase that comes again, such as the training of the next fold, has a new bar.
        if (!_bars.TryGetValue(progress.Phase, out var bar) || (bar.IsFinished && progress.Fraction < 1))
            _bars[progress.Phase] = bar = context.AddTask(progress.Phase, maxValue: 1);
        bar.Value = progress.Fraction;
        bar.Description = progress.Details.Length > 0 ? $"{progress.Phase}, {progress.Details}" : progress.Phase;
    }
}
