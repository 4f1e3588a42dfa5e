using System.CommandLine;
using GpuAls.App;
using GpuAls.Bench.Host;
using Spectre.Console;

namespace GpuAls.Bench.Quality;

/// <summary>bench high-rank: quality and time by rank and solver on CiteULike-a, on the CPU.</summary>
internal static class HighRankCommand
{
    private const int TimedIterations = 3;
    private const string Train = "cf-train-10-users.dat";
    private const string Test = "cf-test-10-users.dat";
    private static readonly Metric Ndcg = new("ndcg", 10);
    private static readonly Metric Recall = new("recall", 50);

    /// <summary>Those of 12 on a grid of α₀ and λ with the best NDCG@10 at rank 512.</summary>
    private static readonly AlsOptions Options = AlsOptions.Default with
    {
        Objective = Objective.Ials,
        Confidence = ConfidenceFunction.Linear,
        Alpha = 1,
        UnobservedWeight = 0.01,
        Regularization = 0.003,
        RegularizationScaling = RegularizationScaling.Ials,
        Acceleration = Acceleration.None,
    };

    public static Command Create()
    {
        var data = DataSet.FolderOption("folder with the files of CiteULike-a");
        var ranks = new Option<int[]>("--rank")
        {
            Description = "ranks",
            DefaultValueFactory = _ => [64, 128, 256, 512, 1_024],
            AllowMultipleArgumentsPerToken = true,
        };
        var exactRank = new Option<int>("--exact-to")
        {
            Description = "the largest rank at which rows are solved exactly too",
            DefaultValueFactory = _ => 512,
        };
        var iterations = new Option<int>("--iterations")
        {
            Description = "iterations before quality is measured",
            DefaultValueFactory = _ => 16,
        };
        var command = new Command("high-rank", "Measures quality and time by rank and solver on CiteULike-a.")
        {
            data,
            ranks,
            exactRank,
            iterations,
        };
        command.SetAction((result, cancellation) => DataSet.InFolderAsync(folder => RunAsync(
            result.GetValue(data)!, result.GetValue(ranks)!, result.GetValue(exactRank), result.GetValue(iterations),
            folder, cancellation)));
        return command;
    }

    private static async Task RunAsync(
        string data, int[] ranks, int exactRank, int iterations, string folder, CancellationToken cancellation)
    {
        var (train, test) = (Path.Combine(folder, "train.csv"), Path.Combine(folder, "test.csv"));
        ItemLists.Convert(Path.Combine(data, Train), LineForm.UserIsTheLine, train);
        ItemLists.Convert(Path.Combine(data, Test), LineForm.UserIsTheLine, test);
        var read =
            await Plays.ReadAsync(train, new InteractionSchema(), null, cancellation).ConfigureAwait(false);
        var plays = read.Matrix;
        using var engine = new HostEngine();
        var table = ResultTable.Create(
            ["solver"], ["rank", "seconds of an iteration", "NDCG@10", "recall@50", "loss after 4 iterations"]);
        foreach (var rank in ranks)
            foreach (var (name, options) in Solvers(Options with { Rank = rank, Iterations = iterations }))
            {
                if (options.Solver == Solver.Cholesky && rank > exactRank) continue;
                var timed = HostCase.Run(engine, plays, options, TimedIterations);
                var report = await new EvaluateJob(Job(train, test, options), engine).RunAsync(cancellation)
                    .ConfigureAwait(false);
                double Value(Metric metric) =>
                    report.Methods[0].Metrics.First(value => value.Metric == metric).Value;
                table.AddRow(
                    name, ResultTable.Text(rank, "0"), ResultTable.Text(timed.Seconds, "F3"),
                    ResultTable.Text(Value(Ndcg), "F4"), ResultTable.Text(Value(Recall), "F4"),
                    ResultTable.Text(timed.Loss, "G7"));
                Console.Error.WriteLine($"rank {rank}, {name}");
            }

        ResultTable.Print(
            table, Console.Out, Machine.Line,
            ResultTable.Text($"CiteULike-a, {plays.ByUser.EntryCount:N0} plays; {engine.Description}; ")
            + ResultTable.Text($"quality after {iterations} iterations; median of {TimedIterations} iterations"));
    }

    private static IEnumerable<(string Name, AlsOptions Options)> Solvers(AlsOptions options)
    {
        foreach (var blockSize in (int[])[32, 64, 128])
            if (blockSize < options.Rank)
                yield return (
                    $"ials++, blocks of {blockSize}",
                    options with { Solver = Solver.BlockCoordinates, BlockSize = blockSize });
        yield return ("cg, 3 steps", options with { Solver = Solver.ConjugateGradient });
        yield return ("cholesky", options);
    }

    private static EvaluateJobOptions Job(string train, string test, AlsOptions options) => new()
    {
        Locations = [train],
        Test = [test],
        Als = options,
        Evaluation = EvaluationOptions.Default with
        {
            ColdStart = ColdStart.Nan,
            Cutoffs = [Ndcg.K!.Value, Recall.K!.Value],
            Kinds = MetricKinds.Lists,
        },
        Resamples = 0,
    };
}
