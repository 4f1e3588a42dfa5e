using System.Diagnostics;
using GpuAls.Engines;
using GpuAls.Sparse;

namespace GpuAls.Training;

/// <summary>The host loop of alternating least squares; the linear algebra is the engine's.</summary>
public sealed class AlsTrainer
{
    private readonly IAlsEngine _engine;
    private readonly AlsOptions _options;

    /// <param name="engine">Where the work is done.</param>
    /// <param name="options">What is trained.</param>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range. Kind Device: the engine has no such precision.</exception>
    public AlsTrainer(IAlsEngine engine, AlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        EngineChecks.Precision(engine, options.Precision);
        (_engine, _options) = (engine, options);
    }

    /// <summary>Trains both sides.</summary>
    /// <param name="plays">Who played what.</param>
    /// <param name="progress">Told after each iteration.</param>
    /// <param name="cancellation">Looked at between half-iterations.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: fewer than two users or items, or fewer items than the rank. Kind Internal: a row cannot be solved. Kind Device: too little memory.
    /// </exception>
    public TrainedFactors Fit(InteractionMatrix plays, IProgress<IterationReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plays);
        TrainingChecks.Check(plays, _options);
        _engine.RequireMemory(TrainingShape.Of(plays, _options.Rank));
        // Both factor matrices first: plays stay on a device where these leave room.
        using var userFactors = TrainingSide.FirstFactors(_engine, Side.Users, plays.Users.Count, _options);
        using var itemFactors = TrainingSide.FirstFactors(_engine, Side.Items, plays.Items.Count, _options);
        using var users = new TrainingSide(_engine, Side.Users, plays.Users, plays.ByUser, userFactors, _options);
        using var items = new TrainingSide(_engine, Side.Items, plays.Items, plays.ByItem, itemFactors, _options);
        var reports = new List<IterationReport>(_options.Iterations);
        for (var iteration = 1; iteration <= _options.Iterations; iteration++)
        {
            reports.Add(Iterate(iteration, users, items, cancellation));
            progress?.Report(reports[^1]);
        }

        return new TrainedFactors(_options.Rank, users.Download(), items.Download(), reports);
    }

    private IterationReport Iterate(int iteration, TrainingSide users, TrainingSide items, CancellationToken cancellation)
    {
        var (first, second) = _options.First == Side.Users ? (users, items) : (items, users);
        var clock = Stopwatch.StartNew();
        cancellation.ThrowIfCancellationRequested();
        var one = first.SolveAgainst(second);
        cancellation.ThrowIfCancellationRequested();
        var other = second.SolveAgainst(first);
        var seconds = clock.Elapsed.TotalSeconds;
        return new IterationReport(
            iteration, seconds, _options.TrackLoss ? users.LossAgainst(items) : null, one.Fp64Rows + other.Fp64Rows, one.JitteredRows + other.JitteredRows);
    }
}
