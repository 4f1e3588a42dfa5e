using System.Text.Json.Nodes;

namespace GpuAls.Tests.Cli;

/// <summary><c>gpuals evaluate --model A --model B</c>: models side by side on the same plays.</summary>
public sealed class CompareModelsTests : SamplePlaysFixture
{
    private string _small = null!;
    private string _large = null!;

    [OneTimeSetUp]
    public async Task TrainModels()
    {
        (_small, _large) = (Folder.At("small"), Folder.At("large"));
        await TrainAsync(TrainFile, _small, "--rank", "2");
        await TrainAsync(TrainFile, _large, "--rank", "9");
    }

    [Test]
    public async Task Evaluate_TwoModels_MeasuresEachAsAlone()
    {
        var both = await MeasureAsync(_small, _large);

        foreach (var (method, model) in ((int, string)[])[(0, _small), (1, _large)])
        {
            var alone = await MeasureAsync(model);
            Assert.That((string)both["methods"]![method]!["name"]!, Is.EqualTo(model));
            Assert.That(Metrics(both, method), Is.EqualTo(Metrics(alone, 0)));
        }

        Assert.That(both["methods"]!.AsArray(), Has.Count.EqualTo(5), "the baselines are there too");
        Assert.That(both["models"]!.AsArray().Select(model => (string)model!), Is.EqualTo([_small, _large]));
    }

    /// <summary>The resamples are the same for each, so the interval is narrower than those of both.</summary>
    [Test]
    public async Task Evaluate_TwoModels_HasPairedDifferencesFromTheFirst()
    {
        var report = await MeasureAsync(_small, _large);

        var (first, second) = (Find(report, 0, "metrics", "ndcg", 10), Find(report, 1, "metrics", "ndcg", 10));
        var difference = Find(report, 1, "differences", "ndcg", 10);
        Assert.That(report["methods"]![0]!["differences"], Is.Null);
        Assert.That(
            Number(difference, "value"),
            Is.EqualTo(Number(second, "value") - Number(first, "value")).Within(1e-12).And.Not.Zero);
        Assert.That(
            Number(difference, "value"), Is.InRange(Number(difference, "low"), Number(difference, "high")));
        Assert.That(Width(difference), Is.LessThan(Width(first) + Width(second)).And.GreaterThan(0));
    }

    [Test]
    public async Task Evaluate_TheSameFactorsFromElsewhere_DifferByNothing()
    {
        await Tool.SucceedAsync(
            "export", _small, "--format", "safetensors", "--output", Folder.At("small.safetensors"));
        await WriteIdsAsync(_small);
        await Tool.SucceedAsync(
            "import", Folder.At("small.safetensors"), "--format", "safetensors", "--output", Folder.At("imported"),
            "--user-ids", Folder.At("user-ids.txt"), "--item-ids", Folder.At("item-ids.txt"));

        var report = await MeasureAsync(_small, Folder.At("imported"));

        Assert.That(Metrics(report, 1), Is.EqualTo(Metrics(report, 0)));
        foreach (var difference in report["methods"]![1]!["differences"]!.AsArray())
        {
            Assert.That(Number(difference!, "value"), Is.Zero);
            if (difference!["low"] is not null) Assert.That(Width(difference), Is.Zero);
        }
    }

    /// <summary>A model that has seen fewer users and items, in another order.</summary>
    [TestCase("drop")]
    [TestCase("nan")]
    public async Task Evaluate_ModelsOfOtherUsersAndItems_CountsTheSamePlaysForBoth(string coldStart)
    {
        var lines = File.ReadAllLines(TrainFile);
        var users = lines.Skip(1).Select(line => line.Split(',')[0]).Distinct().Take(30).ToHashSet();
        File.WriteAllLines(
            Folder.At("some.csv"), lines.Where((line, row) => row == 0 || users.Contains(line.Split(',')[0])).Reverse()
                .OrderBy(line => line != lines[0]));
        await TrainAsync(Folder.At("some.csv"), Folder.At($"some-{coldStart}"), "--rank", "3");

        var report = await MeasureAsync(
            [_large, Folder.At($"some-{coldStart}")], "--cold-start", coldStart, "--metrics", "all");

        var tested = File.ReadLines(TestFile).Skip(1).Select(line => line.Split(',')[0]).ToHashSet();
        Assert.That(
            (int)report["users"]!, coldStart == "drop" ? Is.LessThanOrEqualTo(30) : Is.EqualTo(tested.Count));
        Assert.That((int)report["splits"]![0]!["train_users"]!, Is.EqualTo(coldStart == "drop" ? 30 : 60));
        var (rmse, other) = (
            Find(report, 0, "metrics", "rmse_preference"), Find(report, 1, "metrics", "rmse_preference"));
        Assert.That(rmse["value"], Is.Not.Null);
        Assert.That(other["value"] is null, Is.EqualTo(coldStart == "nan"), "it predicts nothing for unknown users");
        if (coldStart == "drop") return;
        var alone = await MeasureAsync([_large], "--cold-start", coldStart);
        Assert.That(
            Number(Find(report, 0, "metrics", "ndcg", 10), "value"),
            Is.EqualTo(Number(Find(alone, 0, "metrics", "ndcg", 10), "value")).Within(1e-12));
        Assert.That(
            Number(Find(report, 1, "metrics", "hit_rate", 20), "value"),
            Is.LessThan((double)tested.Count(users.Contains) / tested.Count), "other users get no list");
    }

    /// <summary>Pairs that one model was trained on count for none.</summary>
    [Test]
    public async Task Evaluate_ModelTrainedOnTestPlays_LeavesThemOutForAll()
    {
        var tested = File.ReadAllLines(TestFile);
        File.WriteAllLines(Folder.At("more.csv"), [.. File.ReadAllLines(TrainFile), .. tested.Skip(1).Take(50)]);
        await TrainAsync(Folder.At("more.csv"), Folder.At("more"), "--rank", "3");

        var report = await MeasureAsync([_small, Folder.At("more")], "--cold-start", "nan");

        var heldOut = report["splits"]![0]!["held_out"]!;
        Assert.That((int)heldOut["repeated_pairs"]!, Is.EqualTo(50));
        Assert.That((int)heldOut["pairs"]!, Is.EqualTo(tested.Length - 51));
    }

    [Test]
    public async Task Evaluate_TwoModels_ShowsARowForEach()
    {
        string[] options =
        [
            "evaluate", "--model", _small, "--model", _large, "--test", TestFile, "--weight-column", "plays",
            "--bootstrap", "100", "--device", "cpu", "--report", Folder.At("page.html"),
            "--output", Folder.At("compared.csv"), "--overwrite",
        ];

        var run = await Tool.SucceedAsync(options);
        var all = await Tool.SucceedAsync([.. options, "--metrics", "all"]);

        Assert.That(run.Out, Does.Match(@"\n +NDCG@10 +difference +recall@10 +MAP@10 +AUC *\n"));
        Assert.That(run.Out, Does.Match($@"  {_large} +0\.\d{{4}} \[[^]]+\] +[+-]0\.\d{{4}} \[[+-]?0\.\d{{4}}, "));
        Assert.That(run.Out, Does.Contain("most popular").And.Contain("--metrics all"));
        Assert.That(all.Out, Does.Contain("precision@5").And.Contain("RMSE, preference"));
        Assert.That(File.ReadAllText(Folder.At("page.html")), Does.Contain($"Differences from {_small}"));
        var lines = File.ReadAllLines(Folder.At("compared.csv"));
        Assert.That(
            lines[0],
            Is.EqualTo("method,metric,k,value,low,high,difference,difference_low,difference_high"));
        Assert.That(lines.First(line => line.StartsWith(_small, StringComparison.Ordinal)), Does.EndWith(",,,"));
        Assert.That(lines.First(line => line.StartsWith(_large, StringComparison.Ordinal)), Does.Match(@",-?\d[^,]*$"));
    }

    [Test]
    public async Task Evaluate_ModelsThatCannotBeCompared_SaysWhy()
    {
        File.WriteAllLines(Folder.At("others.csv"), ["user,item,plays", "nobody,nothing,1", "noone,little,2"]);
        await TrainAsync(Folder.At("others.csv"), Folder.At("others"), "--rank", "2");
        await TrainAsync(TrainFile, Folder.At("ratings"), "--rank", "2", "--feedback", "explicit");
        foreach (var name in (string[])["silent", "quiet"])
            await Tool.SucceedAsync("import", _small, "--format", "npy", "--output", Folder.At(name));

        Assert.That(
            await FailAsync(_small, Folder.At("others")),
            Does.Contain("have no users in common, such as").And.Contain("'nobody'").Or.Contain("'noone'"));
        Assert.That(await FailAsync(_small, Folder.At("ratings")), Does.Contain("implicit and of explicit feedback"));
        Assert.That(await FailAsync(Folder.At("silent"), Folder.At("quiet")), Does.Contain("without their plays"));
        Assert.That(await FailAsync(_small, _small), Does.Contain("--model names the same directory twice"));
    }

    private static Task<ToolRun> TrainAsync(string plays, string model, params string[] options) => Tool.SucceedAsync(
        ["train", plays, "--weight-column", "plays", "--output", model, "--device", "cpu", .. options]);

    private Task<JsonNode> MeasureAsync(params string[] models) => MeasureAsync(models, []);

    private async Task<JsonNode> MeasureAsync(string[] models, params string[] options)
    {
        var measured = await EvaluationFile.MeasureAsync(
            Folder,
            [
                .. models.SelectMany(model => (string[])["--model", model]), "--test", TestFile, "--weight-column",
                "plays", "--device", "cpu", "--bootstrap", "200", .. options,
            ]);
        return measured.Report;
    }

    private async Task<string> FailAsync(params string[] models)
    {
        var run = await Tool.RunAsync(
            [
                "evaluate", .. models.SelectMany(model => (string[])["--model", model]), "--test", TestFile,
                "--weight-column", "plays", "--device", "cpu",
            ]);
        Assert.That(run.ExitCode, Is.Not.Zero);
        return run.Error;
    }

    private async Task WriteIdsAsync(string directory)
    {
        var model = await FactorModel.LoadAsync(directory);
        foreach (var (ids, file) in ((IdIndex, string)[])[(model.Users, "user-ids.txt"), (model.Items, "item-ids.txt")])
            File.WriteAllLines(Folder.At(file), Enumerable.Range(0, ids.Count).Select(ids.Format));
    }

    private static string Metrics(JsonNode report, int method) =>
        report["methods"]![method]!["metrics"]!.ToJsonString();

    private static JsonNode Find(JsonNode report, int method, string what, string metric, int? k = null) =>
        report["methods"]![method]![what]!.AsArray()
            .Single(value => (string)value!["metric"]! == metric && (int?)value["k"] == k)!;

    private static double Number(JsonNode value, string name) => (double)value[name]!;

    private static double Width(JsonNode value) => Number(value, "high") - Number(value, "low");
}
