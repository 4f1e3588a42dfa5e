using GpuAls.Tests.Modeling;

namespace GpuAls.Tests.Cli;

/// <summary><c>--nonnegative</c> from the command line.</summary>
public sealed class NonnegativeTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void WritePlays()
    {
        _folder = new TempFolder();
        File.WriteAllText(
            _folder.At("plays.csv"),
            "user,item,w\nada,jazz,5\nada,folk,2\nbo,jazz,1\nbo,metal,3\n"
                + "cy,folk,4\ncy,metal,-2\ndi,jazz,1\ndi,metal,0\n");
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
        Assert.That(
            model.UserFactors.ToArray().Concat(model.ItemFactors.ToArray()),
            Is.All.GreaterThanOrEqualTo(0).And.Some.GreaterThan(0));
        Assert.That(SampleModel.ReadManifest(_folder.At("model")).Options.Nonnegative, Is.True);
        Assert.That(run.Error, Does.Contain("--nonnegative runs on the CPU only"));
    }

    [Test]
    public async Task Train_OnADevice_IsRefused()
    {
        var run = await TrainAsync("--device", "emulated");

        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(run.Error, Does.Contain("--nonnegative").And.Contain("--device cpu"));
    }

    /// <summary>Before anything is read, so that the missing file is not noticed.</summary>
    [TestCase("evaluate")]
    [TestCase("tune", "--rank", "2,3")]
    public async Task EvaluateAndTune_OnADevice_AreRefusedAtOnce(string command, params string[] options)
    {
        var run = await Tool.RunAsync(
        [
            command, _folder.At("missing.csv"), "--nonnegative", "--device", "emulated", .. options,
        ]);

        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(run.Error, Does.Contain("--nonnegative").And.Contain("--device cpu"));
    }

    [Test]
    public async Task Tune_Nonnegative_NamesTheCommandThatTrainsSo()
    {
        string[] rows = [.. Enumerable.Range(0, 200).Select(row => $"u{row / 10},i{row * 7 % 20},{1 + (row % 5)}")];
        File.WriteAllLines(_folder.At("many.csv"), [.. rows.Prepend("user,item,w")]);

        var run = await Tool.SucceedAsync(
            "tune", _folder.At("many.csv"), "--weight-column", "w", "--rank", "2,3", "--iterations", "2",
            "--nonnegative");

        Assert.That(run.Out, Does.Match("gpuals train .*--nonnegative"));
        Assert.That(run.Error, Does.Contain("--nonnegative runs on the CPU only"));
    }

    [Test]
    public async Task Train_ByConjugateGradients_IsRefused()
    {
        var run = await TrainAsync("--solver", "cg");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--nonnegative").And.Contain("--solver cg"));
    }

    private Task<ToolRun> TrainAsync(params string[] options) =>
        Tool.RunAsync(
        [
            "train", _folder.At("plays.csv"), "--weight-column", "w", "--output", _folder.At("model"), "--rank", "2",
            "--nonnegative", .. options,
        ]);
}
