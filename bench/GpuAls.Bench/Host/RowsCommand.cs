using System.CommandLine;
using GpuAls.Bench.OnGpu.Workloads;
using Spectre.Console;

namespace GpuAls.Bench.Host;

/// <summary>
/// bench rows: verifies rows of the same number of plays, solved exactly on one thread, then times them as a share of
/// the thread's peak FMA rate. What all rows share (the Gramian and its eigenbasis) is not timed.
/// </summary>
internal static class RowsCommand
{
    private const int Columns = 20_000;
    private const int VerifiedRows = 5;
    private const double FmasOfRound = 2e8; // some ms: short rounds are rarely disturbed
    private const double SecondsOfCase = 1;
    private const int LeastRounds = 20;
    private const int FullGroups = 64; // rows are solved side by side, in groups of at most 16

    public static Command Create()
    {
        var ranks = new Option<int[]>("--rank")
        {
            Description = "ranks",
            DefaultValueFactory = _ => [64, 128, 256, 512],
            AllowMultipleArgumentsPerToken = true,
        };
        var lengths = new Option<int[]>("--plays")
        {
            Description = "plays of a row",
            DefaultValueFactory = _ => [10, 40, 100, 200, 400, 1000],
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("rows", "Times rows solved exactly on one thread, by rank and plays of a row.")
        {
            ranks,
            lengths,
        };
        command.SetAction(result => Print(result.GetValue(ranks)!, result.GetValue(lengths)!));
        return command;
    }

    private static int Print(int[] ranks, int[] lengths)
    {
        using var engine = new HostEngine(1);
        var kinds = ranks.SelectMany(rank => lengths.Select(plays => new RowKind(rank, plays))).ToArray();
        var peak = FmaPeak.GigaFmas(1);
        var measured = Array.ConvertAll(kinds, kind =>
        {
            var result = Measure(engine, kind);
            peak = Math.Max(peak, FmaPeak.GigaFmas(1));
            return result;
        });
        var table = ResultTable.Create(
            ["equations"], ["rank", "plays", "ns a row", "FMAs a row", "10⁹ FMA/s", "share of peak", "error"]);
        foreach (var (kind, (seconds, error)) in kinds.Zip(measured))
            table.AddRow(
                kind.IsDual ? "dual" : "normal", ResultTable.Text(kind.Rank, "0"), ResultTable.Text(kind.Plays, "0"),
                ResultTable.Text(seconds * 1e9, "N0"), ResultTable.Text(kind.Fmas, "N0"),
                ResultTable.Text(kind.Fmas / seconds / 1e9, "F1"),
                ResultTable.Text(kind.Fmas / seconds / peak / 1e9, "P0"), ResultTable.Text(error, "0.0e+0"));
        ResultTable.Print(
            table, Console.Out, Machine.Line,
            ResultTable.Text($"{engine.Description.Name}; least of all rounds; peak: {peak:F1}·10⁹ FMA/s"),
            "FMAs of a row of n plays at rank f, by normal equations: n·f(f + 1)/2 + f³/6 + f²",
            "by dual equations: f·n(n + 1)/2 + n³/6 + n² + n·f + f²");
        var isRight = measured.All(result => result.Error <= HostCase.Tolerance);
        if (!isRight) Console.WriteLine($"error: a row differs from fp64 by more than {HostCase.Tolerance}.");
        return isRight ? 0 : 1;
    }

    /// <returns>The least time of a row over all rounds, and the first rows' largest error against fp64.</returns>
    private static (double Seconds, double Error) Measure(HostEngine engine, RowKind kind)
    {
        var count = ((int)(FmasOfRound / kind.Fmas / FullGroups) + 1) * FullGroups;
        var empty = Math.Max(0, (2 * kind.Rank) - count); // so many rows that the dual equations pay
        var workload = new RowSolveWorkload(
            kind.Rank, "equal rows", [.. Enumerable.Repeat(kind.Plays, count), .. new int[empty]], Columns)
        {
            KeepsShared = true,
        };
        using var loaded = workload.Load(engine);
        var expected = (workload with { RowLengths = workload.RowLengths[..VerifiedRows] }).Expected(engine);
        var error = workload.Error(loaded.Compute(), expected);
        var (least, total, rounds) = (double.MaxValue, 0.0, 0);
        while (total < SecondsOfCase || rounds < LeastRounds)
        {
            var seconds = Clock.Seconds(loaded.Run);
            (least, total, rounds) = (Math.Min(least, seconds), total + seconds, rounds + 1);
        }

        return (least / count, error);
    }
}

/// <summary>Rows of the same number of plays.</summary>
/// <param name="Rank">Number of factors.</param>
/// <param name="Plays">Plays of a row.</param>
internal readonly record struct RowKind(int Rank, int Plays)
{
    public bool IsDual => Plays <= DualRows.LongestRow(Rank);

    /// <summary>
    /// FMAs of the method that solves the row: of a triangle summed over n plays (or, dual, f factors), its Cholesky
    /// factorization, two triangular solves, and of dual equations Σ z·y and its rotation from the eigenbasis.
    /// </summary>
    public double Fmas
    {
        get
        {
            double f = Rank, n = Plays;
            return IsDual
                ? (f * n * (n + 1) / 2) + (n * n * n / 6) + (n * n) + (n * f) + (f * f)
                : (n * f * (f + 1) / 2) + (f * f * f / 6) + (f * f);
        }
    }
}
