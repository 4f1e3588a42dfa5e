using GpuAls.Modeling;

namespace GpuAls.Tests.Cli;

/// <summary><c>--nonnegative</c> from the command line.</summary>
public sealed class NonnegativeTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void WritePlays()
    {
        _folder = new TempFolder();
        File.WriteAllText(_folder.At("plays.csv"), "user,item,w\nada,jazz,5\nada,folk,2\nbo,jazz,1\nbo,metal,3\ncy,folk,4\ncy,metal,-2\ndi,jazz,1\ndi,metal,0\n");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("implicit")]
    [TestCase("explicit")]
    public async Task Train_EitherFeedback_HasNoFactorBelowZero(string feedback)
    {
        var run = await TrainAsync("--feedback", feedback, "--preset", "spark", "--regularization", "0.1");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var model = await ModelReader.ReadAsync(_folder.At("model"));
        Assert.That(model.UserFactors.Concat(model.ItemFactors), Is.All.GreaterThanOrEqualTo(0).And.Some.GreaterThan(0));
        Assert.That(ModelReader.ReadManifest(_folder.At("model")).Options.Nonnegative, Is.True);
        Assert.That(run.Error, Does.Contain("--nonnegative is solved on the processor"));
    }

    [Test]
    public async Task Train_OnADevice_IsRefused()
    {
        var run = await TrainAsync("--device", "emulated");

        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(run.Error, Does.Contain("--nonnegative").And.Contain("--device cpu"));
    }

    [Test]
    public async Task Train_ByConjugateGradients_IsRefused()
    {
        var run = await TrainAsync("--solver", "cg");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--nonnegative").And.Contain("--solver cg"));
    }

    private Task<ToolRun> TrainAsync(params string[] options) =>
        Tool.RunAsync(["train", _folder.At("plays.csv"), "--weight-column", "w", "--output", _folder.At("model"), "--rank", "2", "--nonnegative", .. options]);
}
