using System.CommandLine;
using GpuAls.Bench.Host;
using GpuAls.Bench.OnGpu;
using GpuAls.Bench.Shapes;
using Spectre.Console;

namespace GpuAls.Bench.Scale;

/// <summary>bench scale: how the time of an iteration on the CPU grows with threads, plays and rank.</summary>
internal static class ScaleCommand
{
    public static Command Create()
    {
        var quick = new Option<bool>("--quick")
        {
            Description = "small input, one iteration: checks that everything works; the times are meaningless",
        };
        var command = new Command(
            "scale", "Verifies and times iterations on the CPU by number of threads, number of plays, and rank.")
        {
            quick,
        };
        command.SetAction(
            result => new ScaleRun(result.GetValue(quick) ? ScalePlan.Quick : ScalePlan.Full, Console.Out).Run()
                ? 0
                : 1);
        return command;
    }
}

/// <summary>What to measure.</summary>
/// <param name="Shape">Shape for the thread and rank tables, and the smallest shape of the plays table.</param>
/// <param name="Rank">Rank for the thread and plays tables.</param>
/// <param name="Ranks">Ranks of the rank table.</param>
/// <param name="Iterations">Iterations to time, after one that is verified.</param>
internal sealed record ScalePlan(Shape Shape, int Rank, int[] Ranks, int Iterations)
{
    public static ScalePlan Full { get; } = new(Shape.Host, 64, [16, 32, 64, 96, 128, 192, 256], 3);

    public static ScalePlan Quick { get; } = new(Shape.Of(500, 200, 5_000), 16, [16, 24], 1);
}

/// <summary>Three tables: threads, plays, rank. Every case is verified against fp64 before it is timed.</summary>
internal sealed class ScaleRun(ScalePlan plan, TextWriter results)
{
    private static readonly int[] PlayFactors = [1, 2, 4, 8];
    private static readonly int AllThreads = Environment.ProcessorCount;

    private bool _passed = true;

    /// <returns>Whether all sampled rows are right.</returns>
    public bool Run()
    {
        results.WriteLine(Machine.Line);
        results.WriteLine(
            ResultTable.Text(
                $"Seconds: median of {plan.Iterations} iterations. Error: of 97 rows, against fp64. ")
            + "Peak: measured before and after each case, on the same number of threads.");
        var plays = SampleMatrix.Create(plan.Shape);
        PrintThreads(plays);
        PrintPlays();
        PrintRanks(plays);
        if (!_passed) results.WriteLine($"error: a row differs from fp64 by more than {HostCase.Tolerance}.");
        return _passed;
    }

    private void PrintThreads(InteractionMatrix plays)
    {
        var table = ResultTable.Create(
            [], ["threads", "seconds", "speed-up", "speed-up of the peak", "share of peak", "error"]);
        Measured? one = null;
        var counts = Enumerable.Range(1, AllThreads).Where(count => count == AllThreads || int.IsPow2(count));
        foreach (var threads in counts)
        {
            var run = Measure(plays, plan.Rank, threads);
            one ??= run;
            table.AddRow(
                ResultTable.Text(threads, "0"), ResultTable.Text(run.Seconds, "G3"),
                ResultTable.Text(one.Seconds / run.Seconds, "F2"), ResultTable.Text(run.Peak / one.Peak, "F2"),
                ResultTable.Text(run.Share, "P1"), ResultTable.Text(run.Error, "0.0e+0"));
        }

        Print(table, $"Threads: {plan.Shape.Name}, rank {plan.Rank}");
    }

    private void PrintPlays()
    {
        var table = ResultTable.Create(
            [], ["plays", "seconds", "time ratio", "work ratio", "time ÷ work", "share of peak", "error"]);
        Measured? first = null;
        foreach (var factor in PlayFactors)
        {
            var plays = SampleMatrix.Create(Shape.Of(plan.Shape.Users, plan.Shape.Items, factor * plan.Shape.Plays));
            var run = Measure(plays, plan.Rank, AllThreads);
            first ??= run;
            var (time, work) = (run.Seconds / first.Seconds, run.Fmas / first.Fmas);
            table.AddRow(
                ResultTable.Text(plays.ByUser.EntryCount, "N0"), ResultTable.Text(run.Seconds, "G3"),
                ResultTable.Text(time, "F2"), ResultTable.Text(work, "F2"),
                ResultTable.Text(time / work, "F2"), ResultTable.Text(run.Share, "P1"), ResultTable.Text(
                    run.Error, "0.0e+0"));
        }

        Print(
            table,
            ResultTable.Text(
                $"Plays: {plan.Shape.Users:N0} × {plan.Shape.Items:N0}, rank {plan.Rank}, {AllThreads} threads"));
    }

    private void PrintRanks(InteractionMatrix plays)
    {
        var table = ResultTable.Create(
            [], ["rank", "seconds", "10⁹ FMA", "10⁹ FMA/s", "peak, 10⁹ FMA/s", "share of peak", "error"]);
        foreach (var rank in plan.Ranks)
        {
            var run = Measure(plays, rank, AllThreads);
            table.AddRow(
                ResultTable.Text(rank, "0"), ResultTable.Text(run.Seconds, "G3"),
                ResultTable.Text(run.Fmas / 1e9, "G3"), ResultTable.Text(run.Fmas / run.Seconds / 1e9, "F0"),
                ResultTable.Text(run.Peak, "F0"), ResultTable.Text(run.Share, "P1"), ResultTable.Text(
                    run.Error, "0.0e+0"));
        }

        Print(table, $"Rank: {plan.Shape.Name}, {AllThreads} threads");
    }

    private Measured Measure(InteractionMatrix plays, int rank, int threads)
    {
        using var engine = new HostEngine(threads);
        var (run, peak) = FmaPeak.Around(
            threads, () => HostCase.Run(engine, plays, TrainingRun.Options(rank, plan.Iterations), plan.Iterations));
        _passed &= run.IsRight;
        var fmas = Shape.Of(plays.Users.Count, plays.Items.Count, plays.ByUser.EntryCount).UsefulFmas(rank);
        return new Measured(run.Seconds, fmas, peak, run.LargestError);
    }

    private void Print(Table table, string caption) => ResultTable.Print(table, results, "", caption);

    /// <param name="Seconds">Median time of an iteration.</param>
    /// <param name="Fmas">FMAs that an iteration needs.</param>
    /// <param name="Peak">The CPU's peak, in 10⁹ FMA/s.</param>
    /// <param name="Error">Largest error against fp64.</param>
    private sealed record Measured(double Seconds, double Fmas, double Peak, double Error)
    {
        public double Share => Fmas / Seconds / Peak / 1e9;
    }
}
