using System.CommandLine;
using System.CommandLine.Invocation;
using GpuAls.Cli.Commands;
using GpuAls.Cli.Options;

namespace GpuAls.Cli;

/// <summary>From arguments to an exit code: the commands, and what becomes of their failures.</summary>
internal static class CommandLine
{
    private const string Description =
        "Trains implicit-feedback recommenders by alternating least squares, on NVIDIA GPUs (CUDA), other GPUs (OpenCL) and CPUs (SIMD).";

    public static async Task<int> RunAsync(string[] args, CliConsole console)
    {
        var result = Root(console).Parse(args);
        var log = CommonOptions.Log(result, console);
        if (result.Action is ParseErrorAction) return Misused(result, log);
        using var signals = new StopSignals();
        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = console.Out,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            var exitCode = await result.InvokeAsync(configuration, signals.Token).ConfigureAwait(false);
            await console.FlushResultsAsync().ConfigureAwait(false);
            return exitCode;
        }
        catch (OperationCanceledException)
        {
            log.Error("stopped", "stopped by a signal; nothing half-written is left.");
            return signals.ExitCode;
        }
        catch (Exception exception)
        {
            return Failed(exception, log, CommonOptions.IsVerbose(result));
        }
    }

    private static RootCommand Root(CliConsole console)
    {
        var root = new RootCommand(Description) { HelpName = "gpuals" };
        Command[] commands =
        [
            TrainCommand.Create(console),
            RecommendCommand.Create(console),
            EvaluateCommand.Create(console),
            TuneCommand.Create(console),
            DemoCommand.Create(console),
            SampleCommand.Create(console),
            DevicesCommand.Create(console),
        ];
        foreach (var command in commands) root.Add(command);
        return root;
    }

    private static int Misused(ParseResult result, RunLog log)
    {
        // An unknown command also counts as a missing one, and each of its options as unknown: the first says it all.
        var errors = result.UnmatchedTokens.Count > 0
            ? [$"'{result.UnmatchedTokens[0]}' is not a command or option that is known here."]
            : result.Errors.Select(error => error.Message);
        foreach (var error in errors) log.Error("usage", error);
        var command = result.CommandResult.Command;
        log.Error("usage", $"see: {(command is RootCommand ? "gpuals" : $"gpuals {command.Name}")} --help");
        return ExitCode.Of(FailureKind.Usage);
    }

    /// <summary>Says what failed, as its kind asks.</summary>
    /// <returns>The exit code.</returns>
    internal static int Failed(Exception exception, RunLog log, bool verbose)
    {
        var (kind, text) = exception switch
        {
            GpuAlsException failure => (failure.Kind, failure.Message),
            OutOfMemoryException => (FailureKind.Device, "out of memory. Lower --rank, read fewer plays, or use a machine with more memory."),
            _ => (FailureKind.Internal, $"failure inside gpuals: {exception.GetType().Name}: {exception.Message} Run again with --verbose for the details."),
        };
        log.Error("failed", text, ("exit_code", ExitCode.Of(kind)));
        if (verbose) log.Error("details", exception.ToString());
        return ExitCode.Of(kind);
    }
}
