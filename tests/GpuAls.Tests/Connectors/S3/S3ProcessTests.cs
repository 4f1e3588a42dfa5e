using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>A process that is stopped or killed while it writes to S3.</summary>
[Platform("Linux,MacOsX")]
public sealed class S3ProcessTests
{
    private TempFolder _folder = null!;
    private S3Double _s3 = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        _s3 = await S3Double.StartAsync();
        var args = new[] { "--users", "3000", "--items", "300", "--plays", "30000" };
        await Tool.SucceedAsync(["sample", "--output", _folder.At("plays.csv"), .. args]);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _s3.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("TERM", 143)]
    [TestCase("INT", 130)]
    [TestCase("KILL", 137)]
    public async Task Train_EndedBySignalInMidUpload_LeavesNothingVisible(string signal, int exitCode)
    {
        // The part is still on its way when the signal comes.
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _s3.Faults.On(S3Operation.UploadPart, S3Fault.Do(() => seen.TrySetResult()).AndWait(TimeSpan.FromMinutes(2)));

        var run = await ToolProcess.SignalAsync(
            Command(), signal, "iteration 1/1", sent: () => seen.Task.Wait(TimeSpan.FromMinutes(1)));

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(_s3.Store.Keys("music"), Is.Empty);
        Assert.That(_s3.Store.OpenUploads, signal == "KILL" ? Has.Count.EqualTo(1) : Is.Empty);

        _s3.Faults.Clear();
        var again = await ToolProcess.RunAsync(Command());
        Assert.That(again.ExitCode, Is.Zero, again.Error);
        Assert.That(_s3.Store.Keys("music"), Does.Contain("models/night/_SUCCESS"));
    }

    private string Command() =>
        $"{_s3.Shell}{ToolProcess.Command} train {_folder.At("plays.csv")} --device cpu --rank 128 "
            + "--iterations 1 --output s3://music/models/night";
}
