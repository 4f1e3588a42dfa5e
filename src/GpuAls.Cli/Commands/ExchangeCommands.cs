using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals export MODEL</c> and <c>gpuals import SOURCE</c>: to other systems, and from them.</summary>
internal static class ExchangeCommands
{
    public static IReadOnlyList<ToolCommand> Definitions { get; } =
    [
        new ToolCommand<ExportJobOptions>(
            "export", "Write a saved model in the format of another system",
            static () => ExchangeParameters.Export, ExportAsync, isOnDevice: false),
        new ToolCommand<ImportJobOptions>(
            "import", "Read a model of another system", static () => ExchangeParameters.Import, ImportAsync,
            isOnDevice: false)
        {
            Details = "The model can then be used like one that gpuals trained.",
        },
    ];

    private static async Task<int> ExportAsync(
        Invocation<ExportJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        await JobRunner.RunAsync(
            console, invocation.Log, progress => ExportJob.RunAsync(invocation.Job, progress, cancellation))
            .ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static async Task<int> ImportAsync(
        Invocation<ImportJobOptions> invocation, CliConsole console, CancellationToken cancellation)
    {
        await JobRunner.RunAsync(
            console, invocation.Log, progress => ImportJob.RunAsync(invocation.Job, progress, cancellation))
            .ConfigureAwait(false);
        return ExitCode.Done;
    }
}
