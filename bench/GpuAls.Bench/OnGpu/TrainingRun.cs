using System.Diagnostics;
using GpuAls.Bench.Shapes;
using GpuAls.Kernels;

namespace GpuAls.Bench.OnGpu;

/// <summary>Trains on a data set as <c>gpuals train</c> does, and makes lists for all users.</summary>
internal static class TrainingRun
{
    private const int K = 10;

    /// <summary>Training options under which fp32 solves every row. They do not affect the time.</summary>
    public static AlsOptions Options(int rank, int iterations) => AlsOptions.Default with
    {
        Rank = rank,
        Iterations = iterations,
        Confidence = ConfidenceFunction.Log,
        Alpha = 2,
        Regularization = 20,
        RegularizationScaling = RegularizationScaling.None,
        Acceleration = Acceleration.None, // times stay comparable with those measured before there was any
        TrackLoss = true,
    };

    /// <summary>Trains once.</summary>
    /// <param name="engine">The engine to train on.</param>
    /// <param name="timer">The timer of its device.</param>
    /// <param name="shape">The shape of the data set.</param>
    /// <param name="plays">Its plays.</param>
    /// <param name="options">Training options.</param>
    /// <param name="log">Receives one line per iteration.</param>
    public static TrainingResult Run(
        IAlsEngine engine, LaunchTimer timer, Shape shape, InteractionMatrix plays, AlsOptions options,
        Action<string> log)
    {
        TrainedFactors trained = null!;
        var (total, listSeconds, lists) = (0.0, 0.0, 0);
        var launches = timer.Measure(() =>
        {
            var clock = Stopwatch.StartNew();
            trained = new FactorTrainer(engine, options).Fit(plays, new LineAnIteration(log));
            total = clock.Elapsed.TotalSeconds;
            lists = MakeLists(engine, plays, options, trained);
            listSeconds = clock.Elapsed.TotalSeconds - total;
        });
        var seconds = trained.Iterations.Select(iteration => iteration.Seconds).ToArray();
        var losses = trained.Iterations.Select(iteration => iteration.Loss!.Value).ToArray();
        return new TrainingResult(shape.Name, options.Rank)
        {
            SecondsPerIteration = Spread.Of(seconds),
            IterationSeconds = seconds,
            SecondsInAll = total,
            UsefulFmasAnIteration = shape.UsefulFmas(options.Rank),
            Losses = losses,
            LossFalls = losses.Zip(losses.Skip(1)).All(pair => pair.Second < pair.First),
            Fp64Rows = trained.Iterations.Sum(iteration => iteration.Fp64Rows),
            ListSeconds = listSeconds,
            Lists = lists,
            Kernels = [.. launches.GroupBy(launch => launch.Kernel).Select(Sum)],
            ImplicitOnA6000SecondsPerIteration =
                shape.Published.TryGetValue(options.Rank, out var published) ? published : null,
        };
    }

    private static KernelSum Sum(IGrouping<string, LaunchTime> launches) =>
        new(launches.Key, launches.Count(), launches.Sum(launch => launch.Milliseconds) / 1e3);

    private static int MakeLists(IAlsEngine engine, InteractionMatrix plays, AlsOptions options, TrainedFactors trained)
    {
        var model = new FactorModel(plays, options, trained);
        using var recommender = new Recommender(model, engine);
        var batches = recommender.Recommend(Recommender.UsersWithPlays(model), K, includePlayed: false);
        return batches.Sum(batch => batch.UserIndices.Length);
    }

    private sealed class LineAnIteration(Action<string> log) : IProgress<IterationReport>
    {
        public void Report(IterationReport value) =>
            log($"  iteration {value.Iteration}: {value.Seconds:F3} s, loss {value.Loss:G7}");
    }
}
