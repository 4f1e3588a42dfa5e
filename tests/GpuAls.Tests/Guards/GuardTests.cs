using System.Text.Json.Nodes;
using GpuAls.Connectors.Sqlite;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Guards;

/// <summary>
/// <c>gpuals train</c> with guards: what does not pass is not published, and nothing of it is visible.
/// </summary>
public sealed class GuardTests : SamplePlaysFixture
{
    private string _work = null!;

    private string Model => Path.Combine(_work, "model");

    [SetUp]
    public void MakeWork() => Directory.CreateDirectory(_work = Folder.At(TestContext.CurrentContext.Test.ID));

    [TestCase("--require-metric", "ndcg@10>=0.99", @"the model did not pass: ndcg@10 is 0\.\d+; --require-metric "
        + @"expects >= 0\.99\.")]
    [TestCase("--require-metric", "recall@3>0.99", @"recall@3 is 0\.\d+; --require-metric expects > 0\.99\.")]
    [TestCase("--require-metric", "mpr<0.001", @"mpr is 0\.\d+; --require-metric expects < 0\.001\.")]
    [TestCase("--require-metric", "loss<=0.5", @"loss is [\d.]+; --require-metric expects <= 0\.5\.")]
    [TestCase("--min-rows", "721", @"the plays did not pass: 720 rows were read and used; --min-rows expects 721 or "
        + @"more\.")]
    [TestCase("--max-drop", "10%", @"48 users are left of the 60 in the previous model '.*model', 20\.0 % fewer; "
        + @"--max-drop 10% expects 54 or more\.")]
    public async Task Train_GuardFails_LeavesWhatWasThere(string guard, string bound, string message)
    {
        string[] lists = ["--recommendations", Path.Combine(_work, "lists.csv"), "--report", At("page.html")];
        await TrainAsync(lists);
        var before = Contents();
        var plays = TrainFile;
        if (guard == "--max-drop")
        {
            plays = At("..", $"{TestContext.CurrentContext.Test.ID}.csv");
            File.WriteAllLines(plays, Without(File.ReadAllLines(TrainFile), users: 12));
        }

        var run = await RunAsync(plays, [.. lists, "--overwrite", guard, bound]);

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(run.Error, Does.Match($"warning: {guard} fails: .* \\(expected: [<>]=? [0-9.]+\\)\n"));
        Assert.That(run.Error, Does.Match(message).And.Contain("Nothing was published; what was there before is "
            + "unchanged. Look at the input;"));
        Assert.That(run.Error, guard == "--require-metric"
            ? Does.Contain("iteration 1/") : Does.Not.Contain("iteration 1/"));
        Assert.That(Contents(), Is.EqualTo(before));
    }

    [Test]
    public async Task Train_GuardsHold_PublishesAndSaysWhatWasFound()
    {
        await TrainAsync();

        var run = await TrainAsync(
            "--overwrite", "--min-rows", "720", "--max-drop", "0%", "--require-metric", "ndcg@10>0.01",
            "--require-metric", "recall@3<=1", "--require-metric", "auc>0.1");

        Assert.That(
            run.Error,
            Does.Contain("--min-rows: 720 rows were read and used (expected: >= 720)")
                .And.Contain("--max-drop: 60 users, 60 before (expected: >= 60)")
                .And.Match(@"--require-metric: recall@3 is 0\.\d+ \(expected: <= 1\)"));
        var validation = JsonNode.Parse(File.ReadAllText(At("model", "manifest.json")))!["validation"]!;
        var metrics = validation["metrics"]!.AsObject();
        Assert.That(
            metrics.Select(metric => metric.Key), Is.EquivalentTo((string[])["ndcg@10", "recall@3", "auc"]));
        Assert.That(
            metrics["ndcg@10"]!.GetValue<double>(), Is.EqualTo(validation["value"]!.GetValue<double>()));
        await Tool.SucceedAsync("recommend", Model, "--device", "cpu");
    }

    /// <summary>What is measured for a guard is what evaluate measures of the model on the same plays.</summary>
    [Test]
    public async Task Train_RequiredMetric_IsThatOfEvaluate()
    {
        await TrainAsync("--require-metric", "recall@5>=0", "--require-metric", "mpr>=0");
        await Tool.SucceedAsync(
            "evaluate", "--model", Model, "--test", TestFile, "--weight-column", "plays", "--output",
            At("metrics.json"), "--device", "cpu");

        var metrics = JsonNode.Parse(File.ReadAllText(At("model", "manifest.json")))!["validation"]!["metrics"]!;
        var evaluated = JsonNode.Parse(File.ReadAllText(At("metrics.json")))!["methods"]![0]!["metrics"]!.AsArray();
        foreach (var (name, k) in ((string, int?)[])[("recall", 5), ("mpr", null)])
        {
            var expected = evaluated.Single(metric =>
                metric!["metric"]!.GetValue<string>() == name && (int?)metric["k"] == k)!["value"]!;
            Assert.That(
                metrics[k is null ? name : $"{name}@{k}"]!.GetValue<double>(),
                Is.EqualTo(expected.GetValue<double>()).Within(1e-9));
        }
    }

    [Test]
    public async Task Train_NoPreviousModel_SaysSoAndGoesOn()
    {
        var run = await TrainAsync("--max-drop", "30%");
        var dated = await Tool.SucceedAsync(
            "train", TrainFile, "--output", At("versions", "{date}"), "--rank", "3", "--iterations", "1", "--max-drop",
            "30%", "--device", "cpu");

        Assert.That(
            run.Error, Does.Contain($"--max-drop is not checked: there is no previous model in '{Model}'"));
        Assert.That(
            dated.Error, Does.Contain($"--max-drop is not checked: there is no previous model in '{At("versions")}"));
    }

    /// <summary>The model of another format has counts too.</summary>
    [TestCase("\"format_version\": 2", "\"format_version\": 1", 5, "--max-drop 10% expects")]
    [TestCase("\"users\": 1000", "\"users\": \"many\"", 3, "manifest.json cannot be read: ")]
    public async Task Train_LatestNamesThePrevious_IsCompared(string from, string to, int exitCode, string message)
    {
        await TrainAsync();
        Directory.CreateDirectory(At("versions"));
        Directory.Move(Model, At("versions", "2026-01-01"));
        File.WriteAllText(At("versions", "latest"), "2026-01-01\n");
        var manifest = At("versions", "2026-01-01", "manifest.json");
        File.WriteAllText(
            manifest,
            File.ReadAllText(manifest).Replace("\"users\": 60", "\"users\": 1000", StringComparison.Ordinal)
                .Replace(from, to, StringComparison.Ordinal));

        var run = await Tool.RunAsync(
            "train", TrainFile, "--output", At("versions", "{date}"), "--rank", "3", "--max-drop", "10%", "--device",
            "cpu");

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(run.Error, Does.Contain(message).And.Not.Contain("iteration 1/"));
        Assert.That(Directory.GetFileSystemEntries(At("versions")), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task Train_GuardFails_LeavesTheTable()
    {
        var database = At("shop.db");
        string[] table = ["--recommendations", $"sqlite:{database}", "--recommendations-table", "lists"];
        await TrainAsync(table);
        var before = Lists(database);

        var run = await RunAsync(TrainFile, [.. table, "--overwrite", "--require-metric", "ndcg@10>=0.99"]);

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(Lists(database), Is.EqualTo(before).And.Match(@"^\d{3} rows"));
    }

    [Test]
    public async Task Train_MetricWithoutPlaysToMeasureOn_IsRefused()
    {
        var run = await Tool.RunAsync("train", TrainFile, "--output", Model, "--require-metric", "ndcg@10>=0.1");
        var ratings = await RunAsync(
            TrainFile, "--feedback", "explicit", "--require-metric", "rmse<=1", "--metric", "rmse_rating");

        Assert.That((run.ExitCode, ratings.ExitCode), Is.EqualTo((2, 2)));
        Assert.That(
            run.Error,
            Does.Contain("--require-metric needs plays to measure on. Give --validation FILE or "
                + "--validation-fraction 0.1."));
        Assert.That(
            ratings.Error, Does.Contain("--require-metric rmse_preference is an error of preferences; explicit"));
    }

    [TestCase("30")]
    [TestCase("100%")]
    [TestCase("-1%")]
    [TestCase("x%")]
    public async Task Train_MaxDropOfAnotherForm_IsRefused(string percent)
    {
        var run = await RunAsync(TrainFile, "--max-drop", percent);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(
            run.Error,
            Does.Contain($"--max-drop is '{percent}'; expected a percentage from 0% to below 100%, such as 30%."));
    }

    [TestCase("720", 0)]
    [TestCase("721", 5)]
    public async Task DryRun_MinRows_IsChecked(string rows, int exitCode)
    {
        var run = await RunAsync(TrainFile, "--dry-run", "--min-rows", rows);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        if (exitCode > 0) Assert.That(run.Error, Does.Contain("720 rows were read and used; --min-rows expects 721"));
    }

    [TestCase("20%", 0)]
    [TestCase("19%", 5)]
    public async Task DryRun_MaxDrop_IsChecked(string percent, int exitCode)
    {
        await TrainAsync();
        var plays = At("fewer.csv");
        File.WriteAllLines(plays, Without(File.ReadAllLines(TrainFile), users: 12));

        var run = await RunAsync(plays, "--dry-run", "--overwrite", "--max-drop", percent);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        if (exitCode > 0) Assert.That(run.Error, Does.Contain("48 users are left of the 60 in the previous model"));
    }

    private static IEnumerable<string> Without(string[] lines, int users)
    {
        var gone = lines.Skip(1).Select(line => line.Split(',')[0]).Distinct().Take(users).ToHashSet();
        return lines.Where(line => !gone.Contains(line.Split(',')[0]));
    }

    private static string Lists(string database)
    {
        using var file = new SqliteFile(database, database, FailureKind.BadInput);
        using var rows = file.Prepare("read the lists", "SELECT count(*) || ' rows ' || sum(score) FROM lists");
        rows.Step();
        return SQLitePCL.raw.sqlite3_column_text(rows.Handle, 0).utf8_to_string();
    }

    private string At(params string[] parts) => Path.Combine([_work, .. parts]);

    /// <summary>Each file below the folder with its bytes.</summary>
    private string[] Contents() =>
    [
        .. Directory.GetFiles(_work, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => $"{file} {Convert.ToHexString(File.ReadAllBytes(file))}"),
    ];

    private async Task<ToolRun> TrainAsync(params string[] options)
    {
        var run = await RunAsync(TrainFile, options);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run;
    }

    private Task<ToolRun> RunAsync(string plays, params string[] options) => Tool.RunAsync(
        [
            "train", plays, "--weight-column", "plays", "--validation", TestFile, "--output", Model, "--rank", "3",
            "--iterations", "3", "--device", "cpu", .. options,
        ]);
}
