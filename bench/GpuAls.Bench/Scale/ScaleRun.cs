using GpuAls.Bench.Host;
using GpuAls.Bench.OnGpu;
using GpuAls.Bench.Shapes;
using Spectre.Console;

namespace GpuAls.Bench.Scale;

/// <summary>Three tables: threads, plays, rank. Every case is verified against fp64 before it is timed.</summary>
internal sealed class ScaleRun(ScalePlan plan, TextWriter results)
{
    private static readonly int[] PlayFactors = [1, 2, 4, 8];
    private static readonly int AllThreads = Environment.ProcessorCount;

    private bool _passed = true;

    /// <returns>Whether all rows that were looked at are right.</returns>
    public bool Run()
    {
        results.WriteLine(Machine.Line);
        results.WriteLine(ResultTable.Text($"Seconds of an iteration: median of {plan.Iterations}; error: of 97 rows against fp64. Peak: before and after each case, with its threads."));
        var plays = SampleMatrix.Create(plan.Shape);
        PrintThreads(plays);
        PrintPlays();
        PrintRanks(plays);
        if (!_passed) results.WriteLine($"error: a row differs from fp64 by more than {HostCase.Tolerance}.");
        return _passed;
    }

    private void PrintThreads(InteractionMatrix plays)
    {
        var table = ResultTable.Create([], ["threads", "seconds", "speed-up", "speed-up of the peak", "share of peak", "error"]);
        Measured? one = null;
        foreach (var threads in Enumerable.Range(1, AllThreads).Where(threads => threads == AllThreads || int.IsPow2(threads)))
        {
            var run = Measure(plays, plan.Rank, threads);
            one ??= run;
            table.AddRow(
                ResultTable.Text(threads, "0"), ResultTable.Text(run.Seconds, "G3"), ResultTable.Text(one.Seconds / run.Seconds, "F2"), ResultTable.Text(run.Peak / one.Peak, "F2"),
                ResultTable.Text(run.Share, "P1"), ResultTable.Text(run.Error, "0.0e+0"));
        }

        Print(table, $"Threads: {plan.Shape.Name}, rank {plan.Rank}");
    }

    private void PrintPlays()
    {
        var table = ResultTable.Create([], ["plays", "seconds", "time ratio", "work ratio", "time ÷ work", "share of peak", "error"]);
        Measured? first = null;
        foreach (var factor in PlayFactors)
        {
            var plays = SampleMatrix.Create(Shape.Of(plan.Shape.Users, plan.Shape.Items, factor * plan.Shape.Plays));
            var run = Measure(plays, plan.Rank, AllThreads);
            first ??= run;
            var (time, work) = (run.Seconds / first.Seconds, run.Fmas / first.Fmas);
            table.AddRow(
                ResultTable.Text(plays.ByUser.EntryCount, "N0"), ResultTable.Text(run.Seconds, "G3"), ResultTable.Text(time, "F2"), ResultTable.Text(work, "F2"),
                ResultTable.Text(time / work, "F2"), ResultTable.Text(run.Share, "P1"), ResultTable.Text(run.Error, "0.0e+0"));
        }

        Print(table, ResultTable.Text($"Plays: {plan.Shape.Users:N0} × {plan.Shape.Items:N0}, rank {plan.Rank}, {AllThreads} threads"));
    }

    private void PrintRanks(InteractionMatrix plays)
    {
        var table = ResultTable.Create([], ["rank", "seconds", "10⁹ FMA", "10⁹ FMA/s", "peak, 10⁹ FMA/s", "share of peak", "error"]);
        foreach (var rank in plan.Ranks)
        {
            var run = Measure(plays, rank, AllThreads);
            table.AddRow(
                ResultTable.Text(rank, "0"), ResultTable.Text(run.Seconds, "G3"), ResultTable.Text(run.Fmas / 1e9, "G3"), ResultTable.Text(run.Fmas / run.Seconds / 1e9, "F0"),
                ResultTable.Text(run.Peak, "F0"), ResultTable.Text(run.Share, "P1"), ResultTable.Text(run.Error, "0.0e+0"));
        }

        Print(table, $"Rank: {plan.Shape.Name}, {AllThreads} threads");
    }

    private Measured Measure(InteractionMatrix plays, int rank, int threads)
    {
        using var engine = new HostEngine(threads);
        var (run, peak) = FmaPeak.Around(threads, () => HostCase.Run(engine, plays, TrainingRun.Options(rank, plan.Iterations), plan.Iterations));
        _passed &= run.IsRight;
        var fmas = Shape.Of(plays.Users.Count, plays.Items.Count, plays.ByUser.EntryCount).UsefulFmas(rank);
        return new Measured(run.Seconds, fmas, peak, run.LargestError);
    }

    private void Print(Table table, string caption) => ResultTable.Print(table, results, "", caption);

    /// <param name="Seconds">Of an iteration.</param>
    /// <param name="Fmas">Multiplications with addition that it needs.</param>
    /// <param name="Peak">What the processor multiplies at most, in 10⁹ a second.</param>
    /// <param name="Error">Against fp64.</param>
    private sealed record Measured(double Seconds, double Fmas, double Peak, double Error)
    {
        public double Share => Fmas / Seconds / Peak / 1e9;
    }
}
