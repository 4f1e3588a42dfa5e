using System.CommandLine;
using GpuAls.Bench.OnGpu;
using GpuAls.Bench.Shapes;
using Spectre.Console;

namespace GpuAls.Bench.Host;

/// <summary>bench host: verifies iterations on the CPU, then times them as a share of its peak FMA rate.</summary>
internal static class HostCommand
{
    public static Command Create()
    {
        var ranks = new Option<int[]>("--rank")
        {
            Description = "ranks",
            DefaultValueFactory = _ => [16, 32, 50, 64, 100, 128, 200, 256],
            AllowMultipleArgumentsPerToken = true,
        };
        var threads = new Option<int>("--threads")
        {
            Description = "threads",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var iterations = new Option<int>("--iterations")
        {
            Description = "iterations to time, after one that is verified",
            DefaultValueFactory = _ => 5,
        };
        var solver = new Option<Solver>("--solver")
        {
            Description = "Cholesky, ConjugateGradient or BlockCoordinates",
            DefaultValueFactory = _ => Solver.Cholesky,
        };
        var blockSize = new Option<int>("--block-size")
        {
            Description = "factors that BlockCoordinates solves at a time",
            DefaultValueFactory = _ => AlsOptions.Default.BlockSize,
        };
        var command = new Command("host", "Verifies and times iterations on the CPU.")
        {
            ranks,
            threads,
            iterations,
            solver,
            blockSize,
        };
        command.SetAction(result => Print(
            result.GetValue(ranks)!, result.GetValue(threads), result.GetValue(iterations),
            AlsOptions.Default with { Solver = result.GetValue(solver), BlockSize = result.GetValue(blockSize) }));
        return command;
    }

    private static int Print(int[] ranks, int threads, int iterations, AlsOptions options)
    {
        using var engine = new HostEngine(threads);
        var plays = SampleMatrix.Create(Shape.Host);
        var table = ResultTable.Create(
            ["shape"], ["rank", "seconds", "users", "items", "peak, 10⁹ FMA/s", "share of peak", "error", "loss"]);
        var passed = true;
        foreach (var rank in ranks)
        {
            var (run, peak) = FmaPeak.Around(
                threads,
                () => HostCase.Run(
                    engine, plays,
                    TrainingRun.Options(rank, iterations) with
                    {
                        Solver = options.Solver,
                        BlockSize = options.BlockSize,
                    },
                    iterations));
            passed &= run.IsRight;
            table.AddRow([.. new[] { Shape.Host.Name }, .. Cells(options with { Rank = rank }, run, peak)]);
        }

        ResultTable.Print(
            table, Console.Out, Machine.Line,
            $"{engine.Description.Name}; {options.Solver}, seconds of an iteration: median of {iterations}");
        if (!passed) Console.WriteLine($"error: a row differs from fp64 by more than {HostCase.Tolerance}.");
        return passed ? 0 : 1;
    }

    /// <summary>Based on the FMAs of the solver; empty for conjugate gradients, whose steps differ.</summary>
    private static string ShareOfPeak(AlsOptions options, HostCase run, double peak) => options.Solver switch
    {
        Solver.Cholesky => ResultTable.Text(Shape.Host.UsefulFmas(options.Rank) / run.Seconds / peak / 1e9, "P1"),
        Solver.BlockCoordinates =>
            ResultTable.Text(Shape.Host.SweepFmas(options.Rank, options.BlockSize) / run.Seconds / peak / 1e9, "P1"),
        _ => "",
    };

    private static IEnumerable<string> Cells(AlsOptions options, HostCase run, double peak) =>
    [
        ResultTable.Text(options.Rank, "0"), ResultTable.Text(run.Seconds, "F3"),
        ResultTable.Text(run.UsersSeconds, "F3"), ResultTable.Text(run.ItemsSeconds, "F3"),
        ResultTable.Text(peak, "F0"),
        ShareOfPeak(options, run, peak),
        double.IsNaN(run.LargestError) ? "" : ResultTable.Text(run.LargestError, "0.0e+0"),
        ResultTable.Text(run.Loss, "G9"),
    ];
}
