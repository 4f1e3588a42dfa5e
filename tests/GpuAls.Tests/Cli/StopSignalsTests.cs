using GpuAls.Cli;

namespace GpuAls.Tests.Cli;

public sealed class StopSignalsTests
{
    [Test]
    public void Stop_TwoSignals_TheFirstCancelsAndTheSecondIsLeftToTheSystem()
    {
        using var signals = new StopSignals();

        Assert.That(signals.Stop(143), Is.True);
        Assert.That(signals.Stop(130), Is.False);

        Assert.That(signals.Token.IsCancellationRequested);
        Assert.That(signals.ExitCode, Is.EqualTo(143));
    }

    [Test]
    public void Stop_HandlerStillRunningAfterTheEnd_DoesNoHarm()
    {
        var signals = new StopSignals();
        signals.Dispose();

        Assert.That(() => signals.Stop(130), Throws.Nothing);
    }
}
