using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals sample --output FILE</c>: made-up plays with planted tastes.</summary>
internal static class SampleCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<SampleJobOptions>(
        "sample", "Generate sample plays to try gpuals with",
        static () => JobParameters.Sample, RunAsync, isOnDevice: false);

    private static async Task<int> RunAsync(
        Invocation<SampleJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var (options, sample) = (invocation.Job, invocation.Job.Sample);
        await SampleJob.RunAsync(options, cancellation).ConfigureAwait(false);
        new RunLog(console.Error, invocation.Log).Write(CliEvents.SampleDone.Line(
            $"wrote {Counted.Of(sample.Plays, "row")} of {Counted.Of(sample.Users, "user")} "
                + $"and {Counted.Of(sample.Items, "item")} to {options.Output}",
            sample.Plays, sample.Users, sample.Items, options.Output));
        return ExitCode.Done;
    }
}
