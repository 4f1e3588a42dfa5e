using System.Diagnostics;

namespace GpuAls;

/// <summary>A training that goes on an iteration at a time, as <see cref="TrainingLoop"/> asks it to.</summary>
internal sealed class AlsTraining
{
    private readonly AlsOptions _options;
    private readonly TrainingSide _users;
    private readonly TrainingSide _items;

    /// <param name="engine">Where the work is done.</param>
    /// <param name="plays">
    /// The plays, with the confidences of <paramref name="options"/>; their owner disposes of them.
    /// </param>
    /// <param name="factors">Where the training begins, and what it changes; their owner disposes of them.</param>
    /// <param name="options">What is trained.</param>
    /// <param name="iterations">Iterations done before.</param>
    /// <exception cref="GpuAlsException">Kind Usage: a λ is too large for fp32.</exception>
    public AlsTraining(
        IAlsEngine engine, LoadedPlays plays, TrainingFactors factors, AlsOptions options, int iterations = 0)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(options);
        if (!plays.Serve(options))
            throw new ArgumentException("the plays were loaded with other confidences.", nameof(plays));
        (Factors, _options, Iterations, Group) = (factors, options, iterations, plays.Group);
        _users = new TrainingSide(engine, plays, Side.Users, factors, options);
        _items = new TrainingSide(engine, plays, Side.Items, factors, options);
    }

    /// <summary>The factors as they are now.</summary>
    public TrainingFactors Factors { get; }

    /// <summary>The processes that train together.</summary>
    internal IProcessGroup Group { get; }

    /// <summary>Iterations done.</summary>
    public int Iterations { get; private set; }

    /// <summary>Solves both sides once.</summary>
    /// <param name="cancellation">
    /// Looked at between blocks of rows; the factors are then those of no iteration, and the training cannot go on.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind Internal: a row cannot be solved. Kind Device: too little memory.
    /// </exception>
    public IterationReport Iterate(CancellationToken cancellation = default)
    {
        var (first, second) = _options.First == Side.Users ? (_users, _items) : (_items, _users);
        var clock = Stopwatch.StartNew();
        cancellation.ThrowIfCancellationRequested();
        var one = first.SolveAgainst(second, cancellation);
        cancellation.ThrowIfCancellationRequested();
        var other = second.SolveAgainst(first, cancellation);
        var seconds = clock.Elapsed.TotalSeconds;
        return new IterationReport(
            ++Iterations, seconds, Loss: null, one.Fp64Rows + other.Fp64Rows, one.JitteredRows + other.JitteredRows);
    }

    /// <summary>L of the factors as they are now.</summary>
    public double Loss() => _users.LossAgainst(_items);
}
