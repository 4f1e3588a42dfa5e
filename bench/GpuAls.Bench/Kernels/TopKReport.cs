using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace GpuAls.Bench.Kernels;

/// <summary>Top-k without a GPU: what <see cref="CountsReport"/> reports for the row solve.</summary>
public static class TopKReport
{
    /// <summary>The hidden command that runs a case.</summary>
    internal const string CaseCommand = "top-k-case";

    private const string Search = "Kernel_Search";
    private const double WarpSize = 32;
    private const double WavefrontsOf16Bytes = 4;

    // With few queries, items are split. Every split starts with empty lists, which costs more the shorter the splits
    // are.
    private static readonly TopKCase[] Cases =
    [
        new(64, 64, 20_000, 10), new(64, 2_000, 20_000, 10), new(128, 512, 20_000, 10), new(64, 512, 20_000, 100),
        new(64, 1, 200_000, 10),
        new(64, 1_000, 20_000, 10) { HasFallingNorms = true, ScoresAllPairs = true },
        new(64, 1_000, 20_000, 10) { HasFallingNorms = true },
    ];

    internal static void Print()
    {
        var table = new Table().Border(TableBorder.Markdown);
        string[] headers =
        [
            "rank", "queries", "items", "k", "norms", "pairs", "warp instructions", "useful FMAs, share",
            "bytes ÷ scores' bytes", "wavefronts ÷ 4",
        ];
        foreach (var header in headers) table.AddColumn(new TableColumn(header).RightAligned());
        foreach (var shape in Cases) table.AddRow(Row(shape));
        AnsiConsole.MarkupLine("Top-k, 50 seen items per query. Each case is first verified against the host engine.");
        AnsiConsole.Write(table);
    }

    /// <summary>
    /// The emulator's counts for the search of a case, not including the separate launch that merges splits.
    /// </summary>
    public static EmulatorCounts Count(TopKCase shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var counts = EmulatorRun.Count(
            "kernels", CaseCommand,
            Text($"{shape.Rank}"), Text($"{shape.Queries}"), Text($"{shape.Items}"), Text($"{shape.K}"),
            Text($"{shape.HasFallingNorms}"), Text($"{shape.ScoresAllPairs}"));
        return counts[Search];
    }

    internal static Command CreateCase(Func<Action, int> guard)
    {
        var (rank, queries) = (new Argument<int>("rank"), new Argument<int>("queries"));
        var (items, k) = (new Argument<int>("items"), new Argument<int>("k"));
        var falling = new Argument<bool>("falling norms") { DefaultValueFactory = _ => false };
        var all = new Argument<bool>("all pairs") { DefaultValueFactory = _ => false };
        var command = new Command(CaseCommand) { rank, queries, items, k, falling, all };
        command.Hidden = true;
        command.SetAction(result => guard(() => new TopKCase(
            result.GetValue(rank), result.GetValue(queries), result.GetValue(items), result.GetValue(k))
        {
            HasFallingNorms = result.GetValue(falling),
            ScoresAllPairs = result.GetValue(all),
        }.Verify()));
        return command;
    }

    private static string[] Row(TopKCase shape)
    {
        var counts = Count(shape);
        return
        [
            Text($"{shape.Rank}"),
            Text($"{shape.Queries:N0}"),
            Text($"{shape.Items:N0}"),
            Text($"{shape.K}"),
            shape.HasFallingNorms ? "falling" : "equal",
            shape.ScoresAllPairs ? "all" : "pruned",
            Text($"{counts.WarpInstructions:N0}"),
            Text($"{shape.UsefulFmas / (counts.WarpInstructions * WarpSize):P1}"),
            Text($"{counts.GlobalBytes / (4.0 * shape.Queries * shape.Items):F2}"),
            Text($"{counts.SharedWavefronts / (WavefrontsOf16Bytes * counts.SharedRequests):F2}"),
        ];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Lists for some queries, made once on a CUDA device and verified against the host engine.</summary>
/// <param name="Rank">Number of factors.</param>
/// <param name="Queries">Number of queries, each with 50 seen items.</param>
/// <param name="Items">Number of items.</param>
/// <param name="K">List length.</param>
public sealed record TopKCase(int Rank, int Queries, int Items, int K)
{
    private const int Seen = 50;
    private const double Tolerance = 1e-5;

    /// <summary>Whether norms of items fall as those of trained models do; otherwise, they are about equal.</summary>
    public bool HasFallingNorms { get; init; }

    /// <summary>Whether the device scores all pairs.</summary>
    public bool ScoresAllPairs { get; init; }

    /// <summary>FMAs of all scores.</summary>
    public double UsefulFmas => (double)Queries * Items * Rank;

    /// <summary>Makes the lists on the device and on the host.</summary>
    /// <returns>The largest difference between scores at the same position of a list.</returns>
    /// <exception cref="InvalidOperationException">The results differ.</exception>
    public double Verify()
    {
        using var device = EngineFactory.Create(new DeviceRequest(DeviceKind.Cuda), out _);
        using var host = EngineFactory.Create(new DeviceRequest(DeviceKind.Cpu), out _);
        ((DeviceEngine)device).PrunesLists = !ScoresAllPairs;
        var error = Scores(device).Zip(Scores(host), (a, b) => (double)MathF.Abs(a - b)).Max();
        return error <= Tolerance
            ? error
            : throw new InvalidOperationException($"{this}: the device differs from the host by {error:G3}.");
    }

    private float[] Scores(IAlsEngine engine)
    {
        using var queries = Load(engine, Queries, seed: 1);
        using var items = Load(engine, Items, seed: 2, HasFallingNorms);
        using var seen = engine.LoadPlays(Matrix());
        var (indices, scores) = (new int[Queries * K], new float[Queries * K]);
        engine.TopK(new TopKQuery(queries, RowRange.All(queries), items, seen, K), indices, scores);
        return scores;
    }

    private IEngineFactors Load(IAlsEngine engine, int rows, int seed, bool hasFallingNorms = false)
    {
        const int Step = 7_919; // norms in no order
        float Norm(int row) => hasFallingNorms ? 1 / MathF.Sqrt(1 + (row * Step % rows / 10f)) : 1;
        var random = new Random(seed);
        float[] factors =
            [.. Enumerable.Range(0, rows * Rank).Select(i => (random.NextSingle() - 0.5f) * 0.3f * Norm(i / Rank))];
        return engine.LoadFactors(FactorMatrix.Of(factors, Rank));
    }

    private CsrMatrix Matrix()
    {
        var random = new Random(3);
        var width = Items / Seen;
        var indptr = Enumerable.Range(0, Queries + 1).Select(row => (long)row * Seen).ToArray();
        var indices = Enumerable.Range(0, Queries * Seen)
            .Select(entry => (entry % Seen * width) + random.Next(width)).ToArray();
        return new CsrMatrix(Items, indptr, indices, [.. indices.Select(_ => 1f)]);
    }
}
