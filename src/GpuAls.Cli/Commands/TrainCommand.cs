using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals train PLAYS... --output DIR</c>.</summary>
internal static class TrainCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<TrainJobOptions>(
        "train", "Train a model and write recommendations for every user", JobParameters.Train, RunAsync);

    private static async Task<int> RunAsync(
        Invocation<TrainJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var options = invocation.Job with { Report = invocation.Job.Report?.Of(invocation.Typed) };
        await JobRunner.RunAsync(
            invocation.Log, console, invocation.Device.For(options.Als),
            (engine, progress) => new TrainJob(options, engine, progress).RunAsync(cancellation)).ConfigureAwait(false);
        return ExitCode.Done;
    }
}
