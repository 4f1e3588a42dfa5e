using System.Globalization;
using System.Text.Json.Nodes;

namespace GpuAls.Tests.Cli;

/// <summary>Features on the command line: train, recommend, update, evaluate and tune.</summary>
public sealed class FeatureCommandTests
{
    private const int Users = 80;
    private const int Items = 60;
    private const int Tastes = 4;

    private readonly TempFolder _folder = new();

    private string Plays => _folder.At("plays.csv");

    private string Features => _folder.At("items.csv");

    /// <summary>Users play items of one of four tastes; a tag tells the taste of items, also of ten new ones.</summary>
    [OneTimeSetUp]
    public void MakeInput()
    {
        var random = new Random(3);
        var plays = Enumerable.Range(0, Users).SelectMany(user => Enumerable.Range(0, Items)
            .Where(item => random.NextDouble() < (item % Tastes == user % Tastes ? 0.5 : 0.03))
            .Select(item => $"u{user},i{item:00}"));
        File.WriteAllLines(Plays, ["user,item", .. plays]);
        File.WriteAllLines(
            Features,
            [
                "item,taste,length",
                .. Enumerable.Range(0, Items + 10).Select(item =>
                    string.Create(CultureInfo.InvariantCulture, $"i{item:00},t{item % Tastes}|all,{100 + item}")),
            ]);
        File.WriteAllLines(
            _folder.At("users.jsonl"),
            Enumerable.Range(0, Users + 4).Select(user => $"{{\"user\":\"u{user}\",\"group\":\"g{user % Tastes}\"}}"));
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Train_ItemFeatures_ListsItemsThatNobodyPlayed()
    {
        var model = await TrainAsync("cold");

        var lists = (await Tool.SucceedAsync("recommend", model, "--user", "u5", "--top", "70")).Lines[1..]
            .Select(line => line.Split(',')).ToDictionary(row => row[1], row => int.Parse(row[2]));
        var newItems = Enumerable.Range(Items, 10).ToDictionary(item => item, item => lists[$"i{item}"]);
        Assert.That(
            newItems.Where(pair => pair.Key % Tastes == 5 % Tastes).Max(pair => pair.Value),
            Is.LessThan(newItems.Where(pair => pair.Key % Tastes != 5 % Tastes).Min(pair => pair.Value)),
            "new items of the user's taste come first");
        var features = Manifest(model)["features"]!["items"]!;
        Assert.That((int)features["without_plays"]!, Is.EqualTo(10));
        Assert.That((int)features["count"]!, Is.EqualTo(1 + Tastes + 1));
        Assert.That((int)Manifest(model)["data"]!["items"]!, Is.EqualTo(Items + 10));
        await Tool.SucceedAsync("model", "verify", model);
    }

    [Test]
    public async Task Train_BothSides_NewUsersGetListsToo()
    {
        var model = await TrainAsync("both", "--user-features", _folder.At("users.jsonl"));

        var list = (await Tool.SucceedAsync("recommend", model, "--user", "u81", "--top", "5")).Lines[1..];

        Assert.That(list.Select(line => int.Parse(line.Split(',')[1][1..]) % Tastes), Is.All.EqualTo(81 % Tastes));
        var similar = (await Tool.SucceedAsync("similar", model, "--item", "i61", "--top", "3")).Lines[1..];
        Assert.That(similar.Select(line => int.Parse(line.Split(',')[1][1..]) % Tastes), Is.All.EqualTo(61 % Tastes));
    }

    [TestCase("--solver", "cg")]
    [TestCase("--solver", "ials++")]
    [TestCase("--nonnegative", "true")]
    [TestCase("--acceleration", "none")]
    [TestCase("--preset", "ials")]
    public async Task Train_EveryWay_ListsNewItems(string option, string value)
    {
        var model = await TrainAsync($"way{option}{value.Replace("+", "p")}", option, value);

        var list = (await Tool.SucceedAsync("recommend", model, "--user", "u5", "--top", "70")).Out;

        Assert.That(list, Does.Contain(",i65,").And.Contain(",i69,"));
    }

    [Test]
    public async Task Train_WithoutFeatures_HasNothingOfThem()
    {
        var model = _folder.At("plain");
        await Tool.SucceedAsync("train", Plays, "--output", model, "--rank", "6");

        Assert.That(Directory.GetFiles(model).Select(Path.GetFileName), Has.None.Contain("feature"));
        Assert.That(File.ReadAllText(Path.Combine(model, "manifest.json")), Does.Not.Contain("feature"));
    }

    [Test]
    public async Task Train_Checkpoint_OtherFeaturesAreRefusedAndTheSameGoOn()
    {
        var checkpoints = _folder.At("checkpoints");
        string[] arguments =
        [
            "train", Plays, "--feature-separator", "|", "--rank", "6", "--checkpoint", checkpoints,
            "--checkpoint-every", "1", "--solver", "cg",
        ];
        var (expected, resumed) = (_folder.At("expected"), _folder.At("resumed"));
        string[] good = [.. arguments, "--item-features", Features, "--require-metric", "loss<=1e9"];
        await Tool.SucceedAsync([.. good, "--output", expected, "--iterations", "6"]);
        var stopped = await Tool.RunAsync(
            [
                .. arguments, "--item-features", Features, "--require-metric", "loss<=0", "--output", resumed,
                "--iterations", "3",
            ]);
        Assert.That(stopped.ExitCode, Is.EqualTo(5), stopped.Error);
        File.WriteAllLines(_folder.At("changed.csv"), File.ReadAllLines(Features)[..^1]);

        var refused = await Tool.RunAsync(
            [
                .. arguments, "--item-features", _folder.At("changed.csv"), "--require-metric", "loss<=1e9",
                "--output", resumed, "--iterations", "6", "--resume",
            ]);
        var run = await Tool.SucceedAsync([.. good, "--output", resumed, "--iterations", "6", "--resume"]);

        Assert.That(refused.ExitCode, Is.EqualTo(3));
        Assert.That(refused.Error, Does.Contain("the features are others"));
        Assert.That(run.Error, Does.Contain("after iteration 3"));

        foreach (var file in (string[])["item_factors.npy", "item_feature_weights.npy", "recommendations.parquet"])
            Assert.That(
                File.ReadAllBytes(Path.Combine(resumed, file)), Is.EqualTo(
                    File.ReadAllBytes(Path.Combine(expected, file))), file);
    }

    [Test]
    public async Task Update_PlaysOfANewItem_KeepsItsFeaturesAndMovesItsFactors()
    {
        var model = await TrainAsync("before");
        File.WriteAllText(_folder.At("more.csv"), "user,item\nu1,i61\nu5,i61\nu9,i61\nu2,i99\n");

        var updated = _folder.At("after");
        await Tool.SucceedAsync(
            "update", model, "--plays", _folder.At("more.csv"), "--side", "items", "--output", updated);

        await Tool.SucceedAsync("model", "verify", updated);
        var list = (await Tool.SucceedAsync("recommend", updated, "--user", "u13", "--top", "70")).Out;
        Assert.That(list, Does.Contain(",i61,").And.Contain(",i65,").And.Contain(",i99,"));
        Assert.That((int)Manifest(updated)["features"]!["items"]!["without_plays"]!, Is.EqualTo(9));
    }

    [Test]
    public async Task Recommend_PlaysOfNewUsers_FoldInWithTheBias()
    {
        var model = await TrainAsync("fold", "--user-features", _folder.At("users.jsonl"));
        File.WriteAllText(_folder.At("new.csv"), "user,item\nnew,i01\nnew,i05\nnew,i61\n");

        var list = (await Tool.SucceedAsync(
            "recommend", model, "--plays", _folder.At("new.csv"), "--top", "5")).Lines[1..];

        Assert.That(list.Select(line => int.Parse(line.Split(',')[1][1..]) % Tastes), Is.All.EqualTo(1));
    }

    [Test]
    public async Task Evaluate_NewItems_BeatsRandomAndComesNearWhatTheFeaturesTell()
    {
        var file = _folder.At("metrics.json");
        await Tool.SucceedAsync(
            "evaluate", Plays, "--item-features", Features, "--feature-separator", "|", "--split", "new-items",
            "--rank", "6", "--k", "3", "--output", file);

        var methods = JsonNode.Parse(File.ReadAllText(file))!["methods"]!.AsArray();
        double Ndcg(string name) => (double)methods.Single(method => (string)method!["name"]! == name)!["metrics"]!
            .AsArray().Single(metric => (string)metric!["metric"]! == "ndcg" && (int?)metric["k"] == 3)!["value"]!;
        Assert.That(Ndcg("gpuals"), Is.GreaterThan(1.5 * Ndcg("random")));
        Assert.That(Ndcg("gpuals"), Is.GreaterThan(0.8 * Ndcg("items by features")));
        Assert.That(methods.Select(method => (string)method!["name"]!), Does.Contain("most popular later"));
    }

    [Test]
    public async Task Tune_NewItems_SearchesTheRegularizationOfFeatures()
    {
        var run = await Tool.SucceedAsync(
            "tune", Plays, "--item-features", Features, "--feature-separator", "|", "--split", "new-items",
            "--rank", "4", "--feature-regularization", "0.1,10", "--metric", "ndcg@3", "--output", _folder.At("tuned"));

        var trials = JsonNode.Parse(File.ReadAllText(_folder.At("tuned", "tune.json")))!;
        Assert.That(
            trials["train_command"]!.GetValue<string>(),
            Does.Contain("--item-features").And.Contain("--feature-regularization").And.Contain("--feature-separator"));
        Assert.That(
            trials["trials"]!.AsArray().Select(trial => trial!.ToJsonString()),
            Is.All.Contain("ndcg"), run.Error);
    }

    [TestCase("--split new-items", "--split new-items requires --item-features")]
    [TestCase("--feature-regularization 3", "requires --item-features or --user-features")]
    [TestCase("--feature-separator ;", "requires --item-features or --user-features")]
    [TestCase("--item-feature-columns taste", "requires --item-features")]
    public async Task Evaluate_OptionsWithoutFeatures_AreRefused(string options, string problem)
    {
        var run = await Tool.RunAsync(["evaluate", Plays, .. options.Split(' ')]);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain(problem));
    }

    [Test]
    public async Task Train_FeaturesOfOtherIds_SaysSoAndWritesNothing()
    {
        File.WriteAllText(_folder.At("others.csv"), "item,taste\n17,a\n18,a\n19,b\n20,b\n");

        var run = await Tool.RunAsync(
            "train", Plays, "--item-features", _folder.At("others.csv"), "--output", _folder.At("nothing"));

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("none of the 60 items").And.Contain("'17'").And.Contain("--item-column"));
        Assert.That(_folder.At("nothing"), Does.Not.Exist);
    }

    [Test]
    public async Task DryRun_Features_AreReadAndCounted()
    {
        var run = await Tool.SucceedAsync(
            "train", Plays, "--item-features", Features, "--output", _folder.At("dry"), "--dry-run", "--rank", "6");

        Assert.That(_folder.At("dry"), Does.Not.Exist);
        var bad = await Tool.RunAsync(
            "train", Plays, "--item-features", Plays, "--output", _folder.At("dry"), "--dry-run");
        Assert.That(bad.ExitCode, Is.EqualTo(3), run.Out);
        Assert.That(bad.Error, Does.Contain("is already in"));
    }

    private async Task<string> TrainAsync(string name, params string[] more)
    {
        var model = _folder.At(name);
        await Tool.SucceedAsync(
            [
                "train", Plays, "--item-features", Features, "--feature-separator", "|", "--rank", "6", "--output",
                model, .. more,
            ]);
        return model;
    }

    private static JsonNode Manifest(string model) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(model, "manifest.json")))!;
}
