using System.Runtime.InteropServices;

namespace GpuAls.Cli;

/// <summary>
/// Turns SIGINT, SIGTERM and SIGHUP into cancellation, so that a stopped run cleans up; a second signal stops it at
/// once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly (PosixSignal Signal, int ExitCode)[] Handled =
    [
        (PosixSignal.SIGINT, GpuAls.Cli.ExitCode.Interrupted),
        (PosixSignal.SIGTERM, GpuAls.Cli.ExitCode.Terminated),
        (PosixSignal.SIGHUP, GpuAls.Cli.ExitCode.HungUp),
    ];

    // Never disposed: a handler may still run after its registration is gone, and without timer or wait handle there is
    // nothing to free.
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations = Array.ConvertAll(
        Handled,
        handled => PosixSignalRegistration.Create(handled.Signal, context => context.Cancel = Stop(handled.ExitCode)));

    public CancellationToken Token => _source.Token;

    /// <summary>128 + the number of the signal that came.</summary>
    public int ExitCode { get; private set; } = GpuAls.Cli.ExitCode.Interrupted;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }

    /// <summary>Asks the run to stop; it may have ended meanwhile.</summary>
    /// <returns>False if it was asked before.</returns>
    internal bool Stop(int exitCode)
    {
        if (_source.IsCancellationRequested) return false;
        ExitCode = exitCode;
        _source.Cancel();
        return true;
    }
}
