using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace GpuAls.Bench.Micro;

/// <summary>bench micro: the inner loops of the host engine under BenchmarkDotNet, on one thread.</summary>
internal static class MicroCommand
{
    private static readonly Type[] Benchmarks = [typeof(Play), typeof(CholeskyRow), typeof(ConjugateGradientRow), typeof(Score)];

    public static Command Create()
    {
        var filter = new Argument<string>("filter") { Description = "the benchmarks whose names have this in them", DefaultValueFactory = _ => "" };
        var command = new Command("micro", "Times the inner loops of the host engine on one thread, by rank and width of vectors.") { filter };
        command.SetAction(result => Run(result.GetValue(filter)!));
        return command;
    }

    private static int Run(string filter)
    {
        Console.WriteLine(Machine.Line);

        // In this process: no project is made and restored for each case.
        var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
        var config = DefaultConfig.Instance.AddJob(job).AddColumn(new FmaColumn()).WithArtifactsPath(Path.Combine(Path.GetTempPath(), "gpuals-bench-micro"));
        var summaries = BenchmarkSwitcher.FromTypes(Benchmarks).Run(["--filter", $"*{filter}*"], config);
        return summaries.Any() && summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
    }
}
