using System.Globalization;
using Spectre.Console;

namespace GpuAls.Bench.Kernels;

/// <summary>The row solve without a GPU: instructions, bytes and bank conflicts counted by the CUDA emulator.</summary>
internal static class CountsReport
{
    /// <summary>The hidden command that runs a case.</summary>
    public const string CaseCommand = "row-solve-case";

    /// <summary>The row solve's name in the counts.</summary>
    public const string RowSolve = "Kernel_Kernel";

    /// <summary>The Gramian's name in the counts. The sum of its slices is a separate, small launch.</summary>
    public const string Gramian = "Kernel_Slices";

    private const int Plays = 100;
    private const int MorePlays = 200;
    private const double WarpSize = 32;
    private const double WavefrontsOf16Bytes = 4;

    private static readonly int[] Ranks = [16, 32, 50, 64, 100, 127, 128, 129, 176, 200, 256, 512];

    public static void Print()
    {
        var table = new Table().Border(TableBorder.Markdown);
        string[] headers =
        [
            "rank", "warp instructions per row", "useful FMAs, share", "bytes per play", "÷ floor (4f + 8)",
            "wavefronts ÷ 4",
        ];
        foreach (var header in headers) table.AddColumn(new TableColumn(header).RightAligned());
        foreach (var rank in Ranks) table.AddRow(Row(rank));
        AnsiConsole.MarkupLine(
            $"Row solve, {Plays} plays per row. PTX instructions counted by the emulator, with multiplications and "
            + "additions fused. Each case is first verified against the host engine.");
        AnsiConsole.Write(table);
        TopKReport.Print();
    }

    /// <summary>Number of rows in a case: enough for per-row counts, few enough to run in a minute.</summary>
    public static int RowsFor(int rank) => rank > 152 ? 108 : Math.Clamp(108 * 40_000 / (rank * rank), 108, 4_000);

    private static string[] Row(int rank)
    {
        var rows = RowsFor(rank);
        var (few, many) = (new RowSolveCase(rank, rows, Plays), new RowSolveCase(rank, rows, MorePlays));
        var (counts, more) = (Count(few)[RowSolve], Count(many)[RowSolve]);
        var bytes = (more.GlobalBytes - counts.GlobalBytes) / (double)(rows * (MorePlays - Plays));
        return
        [
            Text($"{rank}"),
            Text($"{counts.WarpInstructions / (double)rows:N0}"),
            Text($"{few.UsefulFmas / (counts.WarpInstructions * WarpSize):P1}"),
            Text($"{bytes:N0}"),
            Text($"{bytes / ((4 * rank) + 8):F2}"),
            Text($"{counts.SharedWavefronts / (WavefrontsOf16Bytes * counts.SharedRequests):F2}"),
        ];
    }

    /// <summary>The emulator's counts for the kernels of a case.</summary>
    public static IReadOnlyDictionary<string, EmulatorCounts> Count(RowSolveCase shape) =>
        EmulatorRun.Count("kernels", CaseCommand, Text($"{shape.Rank}"), Text($"{shape.Rows}"), Text($"{shape.Plays}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Rows of equal length, solved once on a CUDA device and verified against the host engine.</summary>
/// <param name="Rank">Number of factors.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Plays">Plays per row.</param>
/// <param name="Precision">Precision of the device's sums.</param>
public sealed record RowSolveCase(int Rank, int Rows, int Plays, SumPrecision Precision = SumPrecision.Fp32)
{
    /// <summary>Rows of the fixed factors.</summary>
    public const int Columns = 2_000;

    private const double Tolerance = 1e-3;

    /// <summary>FMAs that the rows need: the triangle of the plays' products, Cholesky and two substitutions.</summary>
    public double UsefulFmas =>
        Rows * ((Plays * Rank * (Rank + 1) / 2.0) + (Math.Pow(Rank, 3) / 6) + Math.Pow(Rank, 2));

    /// <summary>Solves on the device and on the host.</summary>
    /// <returns>The largest difference, relative to the largest factor.</returns>
    /// <exception cref="InvalidOperationException">The results differ.</exception>
    public double Verify()
    {
        using var device = EngineFactory.Create(new DeviceRequest(DeviceKind.Cuda), out _);
        using var host = EngineFactory.Create(new DeviceRequest(DeviceKind.Cpu), out _);
        var (solved, expected) = (Solve(device), Solve(host));
        var size = expected.Max(MathF.Abs);
        var error = solved.Zip(expected, (a, b) => Math.Abs(a - b)).Max() / size;
        return error <= Tolerance
            ? error
            : throw new InvalidOperationException($"rank {Rank}: the device differs from the host by {error:G3}.");
    }

    private float[] Solve(IAlsEngine engine)
    {
        using var plays = engine.LoadPlays(Matrix());
        using var fixedFactors = engine.CreateFactors(Columns, Rank);
        using var target = engine.CreateFactors(Rows, Rank);
        fixedFactors.CopyFrom(FactorMatrix.Of(Factors(), Rank));
        var gramian = new double[Rank * Rank];
        engine.Gramian(fixedFactors, RowRange.All(fixedFactors), gramian);
        var report = engine.SolveRows(new RowSolveProblem
        {
            Rows = RowRange.All(target),
            Plays = plays,
            Weights = new ConfidenceWeights(1, 0, 1),
            FixedFactors = fixedFactors,
            Gramian = gramian,
            Regularization = [.. Enumerable.Repeat(5f, Rows)],
            Target = target,
            Precision = engine.Capabilities.Precisions.Contains(Precision) ? Precision : SumPrecision.Fp32,
        });
        if (report.Fp64Rows > 0)
            throw new InvalidOperationException($"rank {Rank}: {report.Fp64Rows} rows were solved in fp64.");
        return target.ToMatrix().ToArray();
    }

    private CsrMatrix Matrix()
    {
        var random = new Random(1);
        var width = Columns / Plays;
        var indptr = Enumerable.Range(0, Rows + 1).Select(row => (long)row * Plays).ToArray();
        var indices = Enumerable.Range(0, Rows * Plays)
            .Select(play => (play % Plays * width) + random.Next(width)).ToArray();
        return new CsrMatrix(Columns, indptr, indices, [.. indices.Select(_ => 1 + random.NextSingle())]);
    }

    private float[] Factors()
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, Columns * Rank).Select(_ => (random.NextSingle() - 0.5f) * 0.3f)];
    }
}
