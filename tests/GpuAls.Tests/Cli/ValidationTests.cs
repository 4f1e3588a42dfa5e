using System.Text.Json.Nodes;

namespace GpuAls.Tests.Cli;

/// <summary><c>gpuals train</c> with a metric after each iteration.</summary>
public sealed class ValidationTests : SamplePlaysFixture
{
    [Test]
    public async Task Train_ValidationFile_KeepsTheIterationThatEvaluateFindsBest()
    {
        var run = await TrainAsync(
            "kept", "--iterations", "12", "--validation", TestFile, "--metric", "ndcg@5", "--patience", "2");

        var manifest = Manifest("kept");
        var metrics = manifest["iterations"]!.AsArray().Select(iteration => (double)iteration!["metric"]!).ToArray();
        var (best, value) =
            ((int)manifest["validation"]!["best_iteration"]!, (double)manifest["validation"]!["value"]!);
        Assert.That(metrics, Has.Length.EqualTo(best + 2).And.Length.LessThan(12));
        Assert.That(value, Is.EqualTo(metrics.Max()).And.EqualTo(metrics[best - 1]));
        Assert.That(
            run.Error,
            Does.Contain(FormattableString.Invariant($"ndcg@5 {metrics[0]:F4}"))
                .And.Contain($"kept iteration {best} of {best + 2}: ndcg@5"));
        var evaluated = await EvaluationFile.MeasureAsync(
            Folder, "--model", Folder.At("kept"), "--test", TestFile, "--k", "5", "--weight-column", "plays",
            "--device", "cpu", "--bootstrap", "0");
        Assert.That(evaluated.Value("ndcg", 5), Is.EqualTo(value));
    }

    [Test]
    public async Task Train_ValidationFraction_TrainsOnTheOthers()
    {
        var run = await TrainAsync(
            "fraction", "--iterations", "3", "--validation-fraction", "0.25", "--metric", "rmse",
            "--log-format", "json");

        var manifest = Manifest("fraction");
        Assert.That((double)manifest["validation"]!["fraction"]!, Is.EqualTo(0.25));
        Assert.That((string)manifest["validation"]!["metric"]!, Is.EqualTo("rmse_preference"));
        Assert.That((int)manifest["data"]!["plays"]!, Is.LessThan(0.85 * (File.ReadLines(TrainFile).Count() - 1)));
        Assert.That(
            run.Error, Does.Match("\"event\":\"iteration\".*\"metric\":\"rmse_preference\",\"value\":0\\.\\d+"));
        await Tool.SucceedAsync("recommend", Folder.At("fraction"), "--device", "cpu");
    }

    /// <summary>AUC is not defined where a user has played every item but those held out.</summary>
    [Test]
    public async Task Train_MetricThatIsNotDefined_IsLeftOut()
    {
        var (plays, test) = (Folder.At("two.csv"), Folder.At("two-test.csv"));
        File.WriteAllText(plays, "user,item\na,x\nb,x\nb,y\nc,y\n");
        File.WriteAllText(test, "user,item\na,y\nc,x\n");

        var run = await Tool.SucceedAsync(
            "train", plays, "--output", Folder.At("undefined"), "--rank", "2", "--iterations", "2", "--device", "cpu",
            "--validation", test, "--metric", "auc");

        Assert.That(run.Error, Does.Contain("auc n/a\n").And.Not.Contain("NaN"));
        var manifest = Manifest("undefined");
        Assert.That(manifest["iterations"]!.AsArray().Select(iteration => iteration!["metric"]), Is.All.Null);
        Assert.That(manifest["validation"]!["value"], Is.Null);
    }

    [Test]
    public async Task Train_Loss_NeedsNoOtherPlays()
    {
        await TrainAsync(
            "loss", "--iterations", "20", "--metric", "loss", "--patience", "1", "--min-improvement", "0.05");

        var losses =
            Manifest("loss")["iterations"]!.AsArray().Select(iteration => (double)iteration!["loss"]!).ToArray();
        Assert.That(losses, Has.Length.LessThan(20));
        Assert.That(losses[^1], Is.GreaterThan(0.95 * losses[^2]));
    }

    [TestCase(new[] { "--patience", "2" }, "--patience requires --validation")]
    [TestCase(new[] { "--metric", "auc" }, "--metric auc needs plays to measure on")]
    [TestCase(
        new[] { "--metric", "best", "--validation-fraction", "0.1" },
        "--metric is 'best'; expected one of precision@K")]
    [TestCase(new[] { "--validation-fraction", "1" }, "--validation-fraction is 1")]
    [TestCase(
        new[] { "--validation-fraction", "0.1", "--metric", "loss" },
        "--metric loss is the loss on the plays trained on")]
    [TestCase(
        new[] { "--validation-fraction", "0.1", "--validation", "x" },
        "--validation-fraction cannot be used with --validation")]
    [TestCase(new[] { "--validation-fraction", "0.1", "--patience", "-1" }, "--patience is -1")]
    [TestCase(new[] { "--metric", "loss", "--min-improvement", "1" }, "--min-improvement is 1")]
    public async Task Train_BadValidation_IsWrongUsage(string[] options, string message)
    {
        var run = await Tool.RunAsync(["train", TrainFile, "--output", Folder.At("none"), .. options]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(message));
    }

    [Test]
    public async Task Train_ValidationInTheFolderOfTheModel_IsRefused()
    {
        Directory.CreateDirectory(Folder.At("taken"));
        File.Copy(TestFile, Folder.At("taken", "others.csv"));

        var run = await Tool.RunAsync(
            "train", TrainFile, "--output", Folder.At("taken"), "--validation", Folder.At("taken", "others.csv"),
            "--overwrite");

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain("which would be replaced"));
    }

    private Task<ToolRun> TrainAsync(string name, params string[] options) =>
        Tool.SucceedAsync(
        [
            "train", TrainFile, "--weight-column", "plays", "--output", Folder.At(name), "--rank", "6",
            "--device", "cpu", .. options,
        ]);

    private JsonNode Manifest(string name) => JsonNode.Parse(File.ReadAllText(Folder.At(name, "manifest.json")))!;
}
