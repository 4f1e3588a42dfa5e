using System.Collections.Concurrent;
using GpuAls.App;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GpuAls.Cli;

/// <summary>The progress of a job as bars on a terminal, one for each phase, with its rate and the time left.</summary>
/// <param name="time">Measures time.</param>
internal sealed class BarReporter(TimeProvider time)
{
    private const int BarWidth = 20;

    private readonly Dictionary<string, ProgressTask> _bars = [];
    private readonly ConcurrentDictionary<int, ProgressPace> _paces = [];

    /// <summary>The columns, which fit a terminal of 80.</summary>
    public ProgressColumn[] Columns =>
    [
        new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth },
        new PercentageColumn(), new PaceColumn(_paces),
    ];

    /// <summary>Draws an event, if it brings a phase on.</summary>
    public void Report(ProgressContext context, JobEvent value)
    {
        if (value.Progress is not { } progress) return;
        // A phase that comes again, such as the training of the next fold, has a new bar.
        if (!_bars.TryGetValue(progress.Phase, out var bar) || (bar.IsFinished && progress.Fraction < 1))
        {
            _bars[progress.Phase] = bar = context.AddTask(Markup.Escape(progress.Phase), maxValue: 1);
            _paces[bar.Id] = new ProgressPace(time);
        }

        _paces[bar.Id].Add(progress);
        bar.Value = progress.Fraction;
        bar.Description = Markup.Escape(
            progress.Details.Length > 0 ? $"{progress.Phase}, {progress.Details}" : progress.Phase);
    }

    /// <summary>The rate and the time left of each bar.</summary>
    private sealed class PaceColumn(ConcurrentDictionary<int, ProgressPace> paces) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(paces.TryGetValue(task.Id, out var pace) ? pace.Text() : "", new Style(Color.Grey));
    }
}
