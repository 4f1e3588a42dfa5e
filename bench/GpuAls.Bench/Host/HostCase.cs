using GpuAls.Bench.OnGpu;
using GpuAls.Bench.OnGpu.Workloads;

namespace GpuAls.Bench.Host;

/// <summary>Iterations on the CPU: the first is verified, the others are timed.</summary>
/// <param name="Seconds">Median time of an iteration.</param>
/// <param name="UsersSeconds">Median time of its user half: YᵀY and the rows of all users.</param>
/// <param name="ItemsSeconds">Median time of its item half: XᵀX and the rows of all items.</param>
/// <param name="LargestError">
/// Largest error of sampled users after the first half-iteration against fp64, relative to the row's largest factor.
/// </param>
/// <param name="Loss">Loss after all iterations.</param>
internal sealed record HostCase(
    double Seconds, double UsersSeconds, double ItemsSeconds, double LargestError, double Loss)
{
    /// <summary>The largest error allowed for fp32.</summary>
    public const double Tolerance = 1e-3;

    private const int SampledRows = 97;

    /// <summary>Whether the sampled rows are right. Conjugate gradients are approximate and not checked.</summary>
    public bool IsRight => !(LargestError > Tolerance);

    /// <summary>Runs one iteration to verify, then some to time.</summary>
    public static HostCase Run(HostEngine engine, InteractionMatrix plays, AlsOptions options, int iterations)
    {
        using var factors = TrainingFactors.First(engine, plays, options);
        using var loaded = new LoadedPlays(engine, plays, options);
        var users = new TrainingSide(engine, loaded, Side.Users, factors, options);
        var items = new TrainingSide(engine, loaded, Side.Items, factors, options);
        users.SolveAgainst(items);
        var error = options.Solver == Solver.Cholesky
            ? ErrorOfSample(engine, plays.ByUser, factors.Users, factors.Items, options)
            : double.NaN;
        items.SolveAgainst(users);
        var (ofUsers, ofItems) = (new double[iterations], new double[iterations]);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            ofUsers[iteration] = Clock.Seconds(() => users.SolveAgainst(items));
            ofItems[iteration] = Clock.Seconds(() => items.SolveAgainst(users));
        }

        return new HostCase(
            Spread.Of(ofUsers.Zip(ofItems, (user, item) => user + item)).Median,
            Spread.Of(ofUsers).Median,
            Spread.Of(ofItems).Median,
            error,
            users.LossAgainst(items));
    }

    /// <summary>Solves evenly spaced rows again in fp64. Rows are ordered by falling length.</summary>
    private static double ErrorOfSample(
        HostEngine engine, CsrMatrix plays, IEngineFactors solved, IEngineFactors fixedFactors, AlsOptions options)
    {
        var rank = options.Rank;
        var gramian = new double[rank * rank];
        engine.Gramian(fixedFactors, RowRange.All(fixedFactors), gramian);
        var equation = new Fp64Equation(rank, gramian, ConfidenceTransform.Weights(options));
        var confidences = ConfidenceTransform.Apply(plays, options);
        var regularization = RowRegularization.Compute(plays, options);
        var (x, y) = (solved.ToMatrix(), fixedFactors.ToMatrix());
        var (expected, largest) = (new float[rank], 0.0);
        for (var sample = 0; sample < SampledRows; sample++)
        {
            var row = (int)((long)sample * (plays.RowCount - 1) / (SampledRows - 1));
            equation.Solve(
                new RowEntries(confidences, row), regularization[row], [], item => y[item],
                expected);
            largest = Math.Max(largest, Errors.Relative(Doubles(x[row]), Doubles(expected)));
        }

        return largest;
    }

    private static double[] Doubles(ReadOnlySpan<float> values) =>
        Array.ConvertAll(values.ToArray(), value => (double)value);
}
