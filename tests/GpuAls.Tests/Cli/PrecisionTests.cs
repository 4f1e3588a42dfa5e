namespace GpuAls.Tests.Cli;

/// <summary>--precision tf32 on engines without tensor cores: refused before anything is read.</summary>
public sealed class PrecisionTests
{
    [TestCase("cpu")]
    [TestCase("emulated")]
    public async Task Train_Tf32WithoutTensorCores_ExitsWithFour(string device)
    {
        var run = await Tool.RunAsync(
            "train", "nothing.csv", "--output", "nowhere", "--precision", "tf32", "--device", device);

        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(
            run.Error,
            Does.Contain($"--precision tf32: {device}").And.Contain("compute capability 8.0")
                .And.Contain("--precision fp32"));
    }
}
