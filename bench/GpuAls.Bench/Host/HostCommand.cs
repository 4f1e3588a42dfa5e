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
            Description = "Cholesky or ConjugateGradient",
            DefaultValueFactory = _ => Solver.Cholesky,
        };
        var command = new Command("host", "Verifies and times iterations on the CPU.")
        {
            ranks,
            threads,
            iterations,
            solver,
        };
        command.SetAction(result => Print(
            result.GetValue(ranks)!, result.GetValue(threads), result.GetValue(iterations), result.GetValue(solver)));
        return command;
    }

    private static int Print(int[] ranks, int threads, int iterations, Solver solver)
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
                    engine, plays, TrainingRun.Options(rank, iterations) with { Solver = solver }, iterations));
            passed &= run.IsRight;
            table.AddRow([.. new[] { Shape.Host.Name }, .. Cells(rank, run, peak)]);
        }

        ResultTable.Print(
            table, Console.Out, Machine.Line,
            $"{engine.Description.Name}; {solver}, seconds of an iteration: median of {iterations}");
        if (!passed) Console.WriteLine($"error: a row differs from fp64 by more than {HostCase.Tolerance}.");
        return passed ? 0 : 1;
    }

    /// <summary>Based on the FMAs of the exact solve; empty for conjugate gradients, which do other work.</summary>
    private static string ShareOfPeak(int rank, HostCase run, double peak) =>
        double.IsNaN(run.LargestError)
            ? ""
            : ResultTable.Text(Shape.Host.UsefulFmas(rank) / run.Seconds / peak / 1e9, "P1");

    private static IEnumerable<string> Cells(int rank, HostCase run, double peak) =>
    [
        ResultTable.Text(rank, "0"), ResultTable.Text(run.Seconds, "F3"), ResultTable.Text(run.UsersSeconds, "F3"),
        ResultTable.Text(run.ItemsSeconds, "F3"), ResultTable.Text(peak, "F0"),
        ShareOfPeak(rank, run, peak),
        double.IsNaN(run.LargestError) ? "" : ResultTable.Text(run.LargestError, "0.0e+0"),
        ResultTable.Text(run.Loss, "G9"),
    ];
}
