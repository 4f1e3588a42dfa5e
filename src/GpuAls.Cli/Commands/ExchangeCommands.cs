using GpuAls.App;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals export MODEL</c> and <c>gpuals import SOURCE</c>: to other systems, and from them.</summary>
internal static class ExchangeCommands
{
    public static IReadOnlyList<ToolCommand> Definitions { get; } =
    [
        new ToolCommand<ExportJobOptions>(
            "export", "Write a saved model in the format of another system",
            static () => ExchangeParameters.Export,
            (export, console, cancellation) => RunAsync(
                export, console, progress => ExportJob.RunAsync(export.Job, progress, cancellation)),
            isOnDevice: false),
        new ToolCommand<ImportJobOptions>(
            "import", "Read a model of another system", static () => ExchangeParameters.Import,
            (import, console, cancellation) => RunAsync(
                import, console, progress => ImportJob.RunAsync(import.Job, progress, cancellation)),
            isOnDevice: false)
        {
            Details = "The model can then be used like one that gpuals trained.",
        },
    ];

    private static async Task<int> RunAsync<T>(
        Invocation<T> invocation, CliConsole console, Func<IProgress<JobEvent>, Task> job)
    {
        await JobRunner.RunAsync(console, invocation.Log, job).ConfigureAwait(false);
        return ExitCode.Done;
    }
}
