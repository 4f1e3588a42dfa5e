using System.Text.Json.Nodes;
using GpuAls.Tests.Cli;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Training;

/// <summary>Trainings that begin with the factors of a model.</summary>
public sealed class WarmStartTests : SamplePlaysFixture
{
    private static readonly string[] Files = ["user_factors.npy", "item_factors.npy", "recommendations.parquet"];

    /// <summary>Three iterations and two more are five, whichever side is first and whatever solver goes on.</summary>
    [TestCase]
    [TestCase("--first", "items")]
    [TestCase("--solver", "cg")]
    [TestCase("--solver", "ials++", "--block-size", "16")]
    [TestCase("--nonnegative")]
    [TestCase("--feedback", "explicit")]
    public async Task Train_WarmStart_GoesOnWithTheFactors(params string[] options)
    {
        string[] all = ["--acceleration", "none", .. options];
        var five = await TrainAsync("five", [.. all, "--iterations", "5"]);
        var three = await TrainAsync("three", [.. all, "--iterations", "3"]);

        var warm = await TrainAsync("warm", [.. all, "--iterations", "2", "--warm-start", three]);

        foreach (var file in Files)
            Assert.That(
                File.ReadAllBytes(Path.Combine(warm, file)), Is.EqualTo(File.ReadAllBytes(Path.Combine(five, file))),
                file);
        Assert.That(
            (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(warm, "manifest.json")))!["warm_start"],
            Is.EqualTo(three));
    }

    [Test]
    public void Begin_IdsOfTheModel_HaveItsFactorsAndOthersAreDrawn()
    {
        var options = AlsOptions.Default with { Rank = 2, Solver = Solver.ConjugateGradient };
        var model = FactorArrays.Model(
            new IdIndex<int>([7, 8, 9]), new IdIndex<int>([1, 2]),
            new CsrMatrix(2, [0, 1, 2, 2], [0, 1], [1, 1]), options, [1, 2, 3, 4, 0, 0], [5, 6, 7, 8]);
        var plays = new InteractionMatrix(
            new IdIndex<int>([9, 5, 8]), new IdIndex<int>([2, 4]),
            new CsrMatrix(2, [0, 1, 2, 3], [0, 1, 0], [1, 1, 1]));
        var drawn = TrainingFactors.FirstMatrices(plays, options);

        var (begun, counts) = new WarmStart(model, options).Begin(plays, options);

        Assert.That(counts, Is.EqualTo(new WarmStartCounts(1, 3, 1, 2)), "user 9 has no factors in the model");
        Assert.That(begun.Users!.ToArray(), Is.EqualTo((float[])[.. drawn.Users!.ToArray()[..4], 3, 4]));
        Assert.That(begun.Items!.ToArray(), Is.EqualTo((float[])[7, 8, .. drawn.Items!.ToArray()[2..]]));
    }

    /// <summary>New plays, with new users and items: a warm start begins closer than random factors do.</summary>
    [Test]
    public async Task Train_WarmStartOnMorePlays_BeginsWithALowerLoss()
    {
        var before = await TrainAsync("before", ["--iterations", "8"], TrainFile);
        var cold = await TrainAsync("cold", ["--iterations", "1", "--loss"]);

        var (warm, run) = await RunAsync("after", ["--iterations", "1", "--loss", "--warm-start", before], PlaysFile);

        Assert.That(Loss(warm), Is.LessThan(Loss(cold)));
        Assert.That(run.Error, Does.Match(@"warm start: the model has factors of \d+ of 60 users and \d+ of 50 items"));
    }

    [Test]
    public async Task Train_WarmStartResumed_EndsAsWithoutAStop()
    {
        var model = await TrainAsync("base", ["--iterations", "2"]);
        string[] warm = ["--warm-start", model, "--acceleration", "momentum"];
        var whole = await TrainAsync("whole", [.. warm, "--iterations", "6"]);
        var checkpoints = Folder.At("checkpoints");
        // A guard that fails stops the run after its training, and keeps the checkpoint.
        var stopped = await Tool.RunAsync(Arguments(
            "stopped",
            [.. warm, "--iterations", "3", "--checkpoint", checkpoints, "--min-rows", "1000000000"], PlaysFile));
        Assert.That(stopped.ExitCode, Is.Not.Zero);

        var (resumed, _) = await RunAsync(
            "resumed", [.. warm, "--iterations", "6", "--checkpoint", checkpoints, "--resume"], PlaysFile);

        Assert.That(
            File.ReadAllBytes(Path.Combine(resumed, "item_factors.npy")),
            Is.EqualTo(File.ReadAllBytes(Path.Combine(whole, "item_factors.npy"))));
    }

    [TestCase(new[] { "--rank", "4" }, "the model of --warm-start has rank 6, and this training 4. Pass --rank 6")]
    [TestCase(
        new[] { "--feedback", "explicit" },
        "learned from implicit feedback, and this training learns from explicit feedback. Pass --feedback implicit")]
    [TestCase(new[] { "--nonnegative" }, "has factors below 0, which --nonnegative rules out")]
    public async Task Train_ModelOfAnotherKind_IsRefused(string[] options, string message)
    {
        var model = await TrainAsync("kind", ["--iterations", "1"]);

        var run = await Tool.RunAsync(Arguments("refused", [.. options, "--warm-start", model], PlaysFile));
        var dry = await Tool.RunAsync(
            Arguments("refused", [.. options, "--warm-start", model, "--dry-run"], PlaysFile));

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain(message));
        if (options[0] != "--nonnegative") Assert.That(dry.Error, Does.Contain(message));
        Assert.That(Folder.At("refused"), Does.Not.Exist);
    }

    [Test]
    public async Task Train_NoModel_IsRefused()
    {
        var run = await Tool.RunAsync(Arguments("refused", ["--warm-start", Folder.At("none")], PlaysFile));

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("there is no model in"));
    }

    private static double Loss(string model) => (double)JsonNode.Parse(
        File.ReadAllText(Path.Combine(model, "manifest.json")))!["iterations"]![0]!["loss"]!;

    private async Task<string> TrainAsync(string name, string[] options, string? plays = null) =>
        (await RunAsync(name, options, plays ?? PlaysFile)).Model;

    private async Task<(string Model, ToolRun Run)> RunAsync(string name, string[] options, string plays) =>
        (Folder.At(name), await Tool.SucceedAsync([.. Arguments(name, options, plays), "--overwrite"]));

    private string[] Arguments(string name, string[] options, string plays) =>
    [
        "train", plays, "--weight-column", "plays", "--output", Folder.At(name), "--device", "cpu",
        .. options.Contains("--rank") ? Array.Empty<string>() : ["--rank", "6"], .. options,
    ];
}
