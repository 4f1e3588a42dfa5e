using System.Runtime.InteropServices;

namespace GpuAls.Cli;

/// <summary>Turns SIGINT and SIGTERM into cancellation, so that a stopped run cleans up; a second signal stops it at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, GpuAls.Cli.ExitCode.Interrupted));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, GpuAls.Cli.ExitCode.Terminated));
    }

    public CancellationToken Token => _source.Token;

    /// <summary>128 + the number of the signal that came.</summary>
    public int ExitCode { get; private set; } = GpuAls.Cli.ExitCode.Interrupted;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        if (_source.IsCancellationRequested) return;
        context.Cancel = true;
        ExitCode = exitCode;
        _source.Cancel();
    }
}
