using System.CommandLine;

namespace GpuAls.Bench.Kernels;

/// <summary>bench kernels: what can be determined about the kernels without a GPU.</summary>
internal static class KernelsCommand
{
    public static Command Create()
    {
        var isStatic = new Option<bool>("--static")
        {
            Description = "registers, shared memory and spills per kernel and architecture, from ptxas",
        };
        var isCounts = new Option<bool>("--counts")
        {
            Description = "instructions, bytes and bank conflicts of row solve and top-k, from the CUDA emulator",
        };
        var isBalance = new Option<bool>("--balance")
        {
            Description = "how evenly the row-solve schedule distributes rows of very different lengths",
        };
        var isIteration = new Option<bool>("--iteration")
        {
            Description = "instructions and barriers of an iteration's row solves, from the CUDA emulator",
        };
        var isLatency = new Option<bool>("--latency")
        {
            Description = "predicted time of a row on an H200, from the CUDA emulator with bench/Emulator's patch",
        };
        var data = new Option<string?>("--data")
        {
            Description = "the folder of the data sets, for iterations on HetRec's Last.fm too",
            HelpName = "DIR",
        };
        var command = new Command("kernels", "Reports on the kernels that need no GPU.")
        {
            isStatic,
            isCounts,
            isBalance,
            isIteration,
            isLatency,
            data,
        };
        command.SetAction(result => Guard(() =>
        {
            if (!((Option<bool>[])[isStatic, isCounts, isBalance, isIteration, isLatency]).Any(result.GetValue))
                throw new InvalidOperationException(
                    "choose a report: --static, --counts, --balance, --iteration or --latency.");
            if (result.GetValue(isStatic)) StaticReport.Print();
            if (result.GetValue(isCounts)) CountsReport.Print();
            if (result.GetValue(isBalance)) BalanceReport.Print();
            if (result.GetValue(isIteration)) IterationReport.Print(result.GetValue(data));
            if (result.GetValue(isLatency)) LatencyReport.Print();
        }));
        command.Add(CreateCase());
        command.Add(TopKReport.CreateCase(Guard));
        command.Add(IterationReport.CreateCase(Guard));
        return command;
    }

    private static Command CreateCase()
    {
        var (rank, rows, plays) = (new Argument<int>("rank"), new Argument<int>("rows"), new Argument<int>("plays"));
        var precision = new Argument<SumPrecision>("precision") { DefaultValueFactory = _ => SumPrecision.Fp32 };
        var command = new Command(CountsReport.CaseCommand) { rank, rows, plays, precision };
        command.Hidden = true;
        command.SetAction(result => Guard(() =>
            new RowSolveCase(
                result.GetValue(rank), result.GetValue(rows), result.GetValue(plays), result.GetValue(precision))
                .Verify()));
        return command;
    }

    private static int Guard(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (Exception failure) when (failure is InvalidOperationException or GpuAlsException)
        {
            Console.Error.WriteLine($"error: {failure.Message}");
            return 1;
        }
    }
}
