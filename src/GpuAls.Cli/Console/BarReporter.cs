using System.Globalization;
using GpuAls.App;
using Spectre.Console;

namespace GpuAls.Cli;

/// <summary>The events of a job as bars on a terminal: reading, training with its loss, scoring.</summary>
internal sealed class BarReporter(ProgressContext context) : IProgress<JobEvent>
{
    private ProgressTask? _reading;
    private ProgressTask? _training;
    private ProgressTask? _trials;
    private ProgressTask? _scoring;
    private ProgressTask? _phase;

    public void Report(JobEvent value)
    {
        switch (value)
        {
            case RowsRead read:
                _reading ??= context.AddTask("reading", maxValue: 1);
                _reading.Value = read.Progress.Fraction;
                _reading.Description = $"reading {Counted.Of(read.Progress.Rows, "row")}";
                break;
            case DataLoaded:
                Finish(_reading);
                break;
            case IterationDone done:
                _training ??= context.AddTask("training", maxValue: done.Total);
                _training.Value = done.Report.Iteration;
                _training.Description = done.Report.Loss is { } loss ? Text($"training, loss {loss:G7}") : "training";
                break;
            case TrialProgress { Step: var step } trial:
                _trials ??= context.AddTask("trials", maxValue: trial.Total);
                _trials.Value = trial.Done + ((double)step.Iteration / step.Iterations);
                break;
            case TrialDone trial:
                _trials ??= context.AddTask("trials", maxValue: trial.Total);
                _trials.Value = trial.Done;
                _trials.Description = $"trial {trial.Done}/{trial.Total}";
                break;
            case ListsMade made:
                _scoring ??= context.AddTask("scoring", maxValue: made.Total);
                _scoring.Value = made.Lists;
                break;
            case PhaseProgress part:
                if (_phase?.Description != part.Phase) _phase = context.AddTask(part.Phase, maxValue: 1);
                _phase.Value = part.Fraction;
                break;
            default: break; // The log has the rest.
        }
    }

    private static void Finish(ProgressTask? task)
    {
        if (task is not null) task.Value = task.MaxValue;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
