using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals train PLAYS... --output DIR</c>.</summary>
internal static class TrainCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<TrainJobOptions>(
        "train", "Train a model and write recommendations for every user", static () => JobParameters.Train, RunAsync,
        dryRun: DryRunAsync, isWatched: true)
    {
        IsShared = true,
    };

    private static async Task<int> RunAsync(
        Invocation<TrainJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var options = invocation.Job with { Report = invocation.Job.Report?.Of(invocation.Typed) };
        await JobRunner.RunAsync(
            invocation.Log, console, invocation.Device.For(options.Als),
            (engine, progress) => new TrainJob(options, engine, progress, invocation.Group)
                .RunAsync(cancellation)).ConfigureAwait(false);
        return ExitCode.Done;
    }

    /// <summary>Tells all it found, and then fails as the run would.</summary>
    private static async Task<int> DryRunAsync(
        Invocation<TrainJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        var (options, log) = (invocation.Job, new RunLog(console.Error, invocation.Log));
        var forecast = await JobRunner.RunAsync(
            invocation.Log, console with { IsTerminal = false }, invocation.Device.For(options.Als),
            (engine, _) => TrainDryRun.RunAsync(options, engine, cancellation)).ConfigureAwait(false);
        ForecastText.Write(forecast, options.Als, console.Out);
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (forecast.HostBytes > memory)
            log.Write(CliEvents.Memory.Line(
                $"this machine has {ByteSize.Text(memory)} of memory, less than the run would take.",
                memory, forecast.HostBytes));
        if (forecast.Refusal is not { } refusal) return ExitCode.Done;
        await console.FlushResultsAsync().ConfigureAwait(false);
        throw refusal;
    }
}
