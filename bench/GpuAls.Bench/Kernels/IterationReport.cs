using System.CommandLine;
using System.Globalization;
using GpuAls.Bench.Quality;
using GpuAls.Bench.Shapes;
using Spectre.Console;

namespace GpuAls.Bench.Kernels;

/// <summary>The row solves of one training iteration, all kernels together, counted by the CUDA emulator.</summary>
internal static class IterationReport
{
    private const string CaseCommand = "iteration-case";
    private const string HetRec = "HetRec Last.fm";
    private const int HetRecRows = 1_892 + 17_632;

    private static readonly Shape Sample = Shape.Of(2_000, 800, 80_000);

    /// <summary>Kernels of an iteration besides the row solves.</summary>
    private static readonly string[] Others = ["Kernel_Slices", "Kernel_BlockSlices", "Kernel_Reduce"];

    /// <param name="data">The folder of the data sets; null for the sample only.</param>
    public static void Print(string? data)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumn("input");
        string[] headers =
        [
            "rank", "warp instructions, millions", "warp-barriers per row", "FMAs, share", "wavefronts ÷ 4", "launches",
        ];
        foreach (var header in headers) table.AddColumn(new TableColumn(header).RightAligned());
        var byKernel = new Table().Border(TableBorder.Markdown).AddColumns("input, rank", "kernel");
        foreach (var header in (string[])["warp instructions, millions", "FMAs, share", "launches"])
            byKernel.AddColumn(new TableColumn(header).RightAligned());
        foreach (var rank in (int[])[64, 128, 256]) Add("", rank);
        foreach (var rank in data is null ? (int[])[] : [64, 128]) Add(data!, rank);
        AnsiConsole.Profile.Width = 160;
        AnsiConsole.MarkupLine(
            "Row solves of one iteration. PTX instructions counted by the emulator, with multiplications and "
            + "additions fused.");
        AnsiConsole.Write(table);
        AnsiConsole.Write(byKernel);

        void Add(string folder, int rank)
        {
            var counts = EmulatorRun.Count("kernels", CaseCommand, Text($"{rank}"), folder)
                .Where(kernel => !Others.Contains(kernel.Key)).ToArray();
            var (name, rows) = folder.Length == 0 ? (Sample.Name, Sample.Users + Sample.Items) : (HetRec, HetRecRows);
            table.AddRow([name, Text($"{rank}"), .. Row(counts, rows)]);
            foreach (var (kernel, count) in counts.OrderByDescending(kernel => kernel.Value.WarpInstructions))
                byKernel.AddRow(
                    Text($"{name}, {rank}"), kernel, Text($"{count.WarpInstructions / 1e6:F1}"),
                    Text($"{count.Fmas / (double)count.WarpInstructions:P0}"), Text($"{count.Launches}"));
        }
    }

    /// <summary>The hidden command that runs one iteration.</summary>
    public static Command CreateCase(Func<Action, int> guard)
    {
        var (rank, data) = (new Argument<int>("rank"), new Argument<string>("data"));
        var command = new Command(CaseCommand) { rank, data };
        command.Hidden = true;
        command.SetAction(result => guard(() => Train(result.GetValue(rank), result.GetValue(data)!)));
        return command;
    }

    private static string[] Row(KeyValuePair<string, EmulatorCounts>[] kernels, int rows)
    {
        double Sum(Func<EmulatorCounts, long> part) => kernels.Sum(kernel => (double)part(kernel.Value));
        return
        [
            Text($"{Sum(count => count.WarpInstructions) / 1e6:F1}"),
            Text($"{Sum(count => count.Barriers) / rows:F0}"),
            Text($"{Sum(count => count.Fmas) / Sum(count => count.WarpInstructions):P0}"),
            Text($"{Sum(count => count.SharedWavefronts) / (4 * Sum(count => count.SharedRequests)):F2}"),
            Text($"{Sum(count => count.Launches):F0}"),
        ];
    }

    private static void Train(int rank, string folder)
    {
        var plays = folder.Length == 0
            ? SampleMatrix.Create(Sample)
            : DataSet.HetRec.LoadAsync(folder, folder, CancellationToken.None).GetAwaiter().GetResult();
        var options = AlsOptions.Default with
        {
            Rank = rank,
            Iterations = 1,
            Acceleration = Acceleration.None,
            TrackLoss = false,
        };
        using var engine = EngineFactory.Create(new DeviceRequest(DeviceKind.Cuda), out _);
        var trained = new FactorTrainer(engine, options).Fit(plays);
        if (trained.Iterations[0].Fp64Rows is var rows and > 0)
            Console.Error.WriteLine(Text($"{rows} rows were solved in fp64."));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
