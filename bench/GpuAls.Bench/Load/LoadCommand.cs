using System.CommandLine;

namespace GpuAls.Bench.Load;

/// <summary>bench load: reading, indexing and both matrices beside DuckDB's GROUP BY of the same file; then the writing of lists.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var file = new Option<string?>("--file") { Description = "plays to load (.parquet, .csv); default: sample files, made by DuckDB", HelpName = "FILE" };
        var only = new Option<string?>("--only") { Description = "the rows of the table whose names have this in them", HelpName = "TEXT" };
        var folder = new Option<string?>("--folder") { Description = "keep the sample files here, and use those that are here", HelpName = "DIR" };
        var quick = new Option<bool>("--quick") { Description = "small files, one repetition: shows that everything works; its times say nothing" };
        var lists = new Option<int?>("--lists") { Description = $"lists that are computed and written; default {LoadPlan.Full.Lists:N0}" };
        var memoryOf = new Option<string?>("--memory-of") { Description = "load FILE once and print the bytes of the matrices, of the ids, and the peak of this process", HelpName = "FILE" };
        var command = new Command("load", "Checks loads against DuckDB's GROUP BY over the same file, then times both, and the writing of lists.") { file, only, folder, lists, quick, memoryOf };
        command.SetAction(result => result.GetValue(memoryOf) is { } path
            ? PeakMemory.PrintOfThisProcessAsync(path)
            : LoadRun.RunAsync(PlanOf(result.GetValue(quick), result.GetValue(lists)), result.GetValue(file), result.GetValue(only), result.GetValue(folder), Console.Out, Console.Error));
        return command;
    }

    private static LoadPlan PlanOf(bool quick, int? lists)
    {
        var plan = quick ? LoadPlan.Quick : LoadPlan.Full;
        return lists is { } count ? plan with { Lists = count } : plan;
    }
}
