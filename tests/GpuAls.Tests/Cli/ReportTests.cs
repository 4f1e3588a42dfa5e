using System.Globalization;
using System.Text.Json.Nodes;
using GpuAls.Tests.Modeling;
using GpuAls.Tests.Reporting;

namespace GpuAls.Tests.Cli;

/// <summary>--report: what the page says is what the run gave, and the file keeps the rules of other outputs.</summary>
public sealed class ReportTests
{
    private const string Odd = "<b>&\"";

    private TempFolder _folder = null!;

    [SetUp]
    public void WritePlays()
    {
        _folder = new TempFolder();
        var rows = Enumerable.Range(0, 200)
            .Select(row => FormattableString.Invariant($"user {row % 17},item {row * row % 23},{1 + (row % 5)}"));
        File.WriteAllLines(
            _folder.At("plays.csv"),
            ["user,item,plays", .. rows, "\"<b>&\"\"\",\"<b>&\"\"\",9", "\"<b>&\"\"\",item 3,2"]);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Train_Report_HasTheNumbersOfTheManifestAndTheLists()
    {
        var run = await Tool.SucceedAsync(Train("--quiet", "--recommendations", _folder.At("lists.csv")));

        var page = Page.Read(_folder.At("page.html"));
        var manifest = SampleModel.ReadManifest(_folder.At("model"));
        page.AssertNeedsNothingElse();
        Assert.That(run.Out + run.Error, Is.Empty);
        Assert.That(
            page.Rows("Iterations").Select(row => row[2]),
            Is.EqualTo(
                manifest.Iterations.Select(report => report.Loss!.Value.ToString("G9", CultureInfo.InvariantCulture))));
        Assert.That(
            page.Rows("Time per phase").Select(row => row[0]),
            Is.EqualTo(new[]
            {
                "read and index", "build matrices", "train", "write the model", "make and write lists", "total",
            }));
        Assert.That(
            page.Rows("Number of users")[0], Is.EqualTo(new[] { "2", "18" }), "each of 18 users has 2 items or more");
        Assert.That(
            page.Fact("Data"),
            Is.EqualTo(string.Create(
                CultureInfo.InvariantCulture,
                $"202 rows: 18 users, {manifest.Data.Items} items, {manifest.Data.Plays} plays")));
        Assert.That(page.Fact("Device"), Is.EqualTo(manifest.Device));
        Assert.That(page.Fact("Command"), Does.StartWith("gpuals train ").And.Contain("--rank 2"));
        Assert.That(page.All("h3").Select(head => head.Value).ToArray(), Has.Length.EqualTo(5).And.Member(Odd));
        var list = File.ReadLines(_folder.At("lists.csv"))
            .Where(line => line.StartsWith("\"<b>&\"\"\"", StringComparison.Ordinal))
            .Select(line => line.Split(',')[1]);
        Assert.That(page.Rows(Odd + ": ").Select(row => row[3]), Is.EqualTo(list));
        Assert.That(page.Rows(Odd + ": ")[0][1..3], Is.EqualTo(new[] { Odd, "9" }));
    }

    [Test]
    public async Task Evaluate_Report_HasTheMetricsOfAllMethods()
    {
        await Tool.SucceedAsync(Evaluate("--output", _folder.At("metrics.json"), "--folds", "2"));

        var page = Page.Read(_folder.At("page.html"));
        var methods = JsonNode.Parse(File.ReadAllText(_folder.At("metrics.json")))!["methods"]!.AsArray();
        page.AssertNeedsNothingElse();
        Assert.That(
            page.Rows("Metrics").Single(row => row[0] == "NDCG@10")[1..],
            Is.EqualTo(methods.Select(method => Cell(method!, "ndcg", 10))));
        Assert.That(
            page.All("figcaption").Select(caption => caption.Value),
            Has.Member("NDCG@k").And.Member("Loss after each iteration"));
        Assert.That(page.Rows("Iterations: fold 2"), Has.Length.EqualTo(2));
        Assert.That(
            page.Rows("Time per phase").Select(row => row[0]),
            Is.SupersetOf(new[]
            {
                "read and index", "build matrices", "split", "train and measure", "most popular", "bootstrap",
            }));
        Assert.That(page.All("h3").Count(), Is.EqualTo(5));
        Assert.That(page.Rows(": most played").SelectMany(row => row), Has.Some.EndsWith("✓"));
    }

    [Test]
    public async Task Evaluate_SavedModel_HasAPageToo()
    {
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--output", _folder.At("model"), "--rank", "2", "--device", "cpu");
        File.WriteAllLines(_folder.At("test.csv"), ["user,item", "user 1,item 9", "user 2,item 12", "user 3,item 2"]);

        await Tool.SucceedAsync(
            "evaluate", "--model", _folder.At("model"), "--test", _folder.At("test.csv"), "--device", "cpu",
            "--bootstrap", "0", "--report", _folder.At("page.html"));

        var page = Page.Read(_folder.At("page.html"));
        Assert.That(page.Fact("Model"), Is.EqualTo(_folder.At("model")));
        Assert.That(page.Rows("Time per phase")[0][0], Is.EqualTo("read the model"));
        Assert.That(
            page.All("h2").Select(head => head.Value),
            Is.EqualTo(new[] { "Metrics", "Plays", "Time", "Sample lists" }));
    }

    [Test]
    public async Task Tune_Report_HasAllTrialsAndAHeatMapOfEachPair()
    {
        var run = await Tool.SucceedAsync(
            "tune", _folder.At("plays.csv"), "--weight-column", "plays", "--rank", "1,2", "--alpha", "2,8,30",
            "--regularization", "0.1,5", "--iterations", "2", "--metric", "ndcg@5",
            "--device", "cpu", "--report", _folder.At("page.html"));

        var page = Page.Read(_folder.At("page.html"));
        page.AssertNeedsNothingElse();
        var shown = page.Rows("All trials");
        Assert.That(shown, Has.Length.EqualTo(12));
        Assert.That(
            run.Out,
            Does.Match(string.Join(" +", shown[0].Take(5).Select(System.Text.RegularExpressions.Regex.Escape))));
        var maps = page.All("img").Select(image => image.Attribute("alt")!.Value)
            .Where(alt => alt.StartsWith("Heat map", StringComparison.Ordinal)).ToArray();
        Assert.That(maps, Has.Length.EqualTo(3).And.All.Contains(shown[0][4].Split(' ')[0]), "the best is in each");
        Assert.That(maps, Has.Some.Contains("2, 8, 30"), "by value, not by text");
        Assert.That(page.All("code").Single().Value, Does.StartWith("gpuals train"));
    }

    /// <summary>No two trials have the same numbers, so maps are of words and ranks.</summary>
    [Test]
    public async Task Tune_ReportWithoutRanges_SaysWhichOptionsMattered()
    {
        await Tool.SucceedAsync(
            "tune", _folder.At("plays.csv"), "--weight-column", "plays", "--search", "bayes", "--rank", "2,3",
            "--trials", "12", "--iterations", "2", "--metric", "ndcg@5", "--device", "cpu",
            "--report", _folder.At("bayes.html"));

        var page = Page.Read(_folder.At("bayes.html"));
        var importance = page.Rows("Which options mattered");
        Assert.That(importance, Has.Length.EqualTo(9), "eight options, and what they do together");
        Assert.That(importance[^1][0], Is.EqualTo("options together"));
        Assert.That(importance.Sum(row => int.Parse(row[1].Split(' ')[0], null)), Is.InRange(95, 105));
        var maps = page.All("img").Select(image => image.Attribute("alt")!.Value)
            .Where(alt => alt.StartsWith("Heat map", StringComparison.Ordinal)).ToArray();
        Assert.That(maps, Has.Length.EqualTo(6).And.None.Contains("alpha"));
    }

    [Test]
    public async Task Train_ReportWithValidation_HasTheMetricOfEachIteration()
    {
        await Tool.SucceedAsync(Train("--validation-fraction", "0.2", "--patience", "0", "--metric", "ndcg@5"));

        var page = Page.Read(_folder.At("page.html"));
        var manifest = SampleModel.ReadManifest(_folder.At("model"));
        Assert.That(
            page.Rows("Iterations").Select(row => row[3]),
            Is.EqualTo(manifest.Iterations
                .Select(report => report.Metric!.Value.ToString("F4", CultureInfo.InvariantCulture))));
        Assert.That(page.All("figcaption").Select(caption => caption.Value), Has.Member("ndcg@5 after each iteration"));
    }

    [Test]
    public async Task AnyCommand_ReportThatExists_IsRefusedUnlessOverwritten()
    {
        File.WriteAllText(_folder.At("page.html"), "mine");
        var before = _folder.Entries();

        foreach (var args in new[] { Train(), Evaluate() })
        {
            var run = await Tool.RunAsync(args);

            Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
            Assert.That(run.Error, Does.Contain("already exists"));
            Assert.That(_folder.Entries(), Is.EqualTo(before));
            Assert.That(File.ReadAllText(_folder.At("page.html")), Is.EqualTo("mine"));
            await Tool.SucceedAsync([.. args, "--overwrite"]);
            Assert.That(File.ReadAllText(_folder.At("page.html")), Does.StartWith("<!DOCTYPE html>"));
            File.WriteAllText(_folder.At("page.html"), "mine");
            if (Directory.Exists(_folder.At("model"))) Directory.Delete(_folder.At("model"), recursive: true);
        }
    }

    [Test]
    public async Task AnyCommand_FailsOnTheWay_LeavesNoPage()
    {
        File.AppendAllText(_folder.At("plays.csv"), "user 1,item 1,many\n");

        foreach (var args in new[] { Train(), Evaluate() })
            Assert.That((await Tool.RunAsync(args)).ExitCode, Is.EqualTo(3));

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "plays.csv" }));
    }

    [Test]
    public async Task AnyCommand_ReportThatCannotBeWritten_ExitsWithFive()
    {
        foreach (var args in new[] { Train(), Evaluate() })
        {
            var run = await Tool.RunAsync([.. args[..^1], Path.Combine(_folder.At("plays.csv"), "page.html")]);

            Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        }

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "plays.csv" }));
    }

    [TestCase("train ~/plays.csv --output ~/new --rank 2 --report ~/plays.html", "is also an input")]
    [TestCase("train ~/plays.csv --output ~/new --rank 2 --report ~/new/page.html", "or inside it")]
    [TestCase("train ~/plays.csv --output ~/new.html --rank 2 --report ~/new.html", "is the same as --output")]
    [TestCase("train ~/plays.csv --output ~/new --rank 2 --report ~/old/page.html", "is inside the model folder")]
    [TestCase("train ~/plays.csv --output ~/new --rank 2 --report ~/page.txt", "expected .html")]
    [TestCase("evaluate ~/plays.csv --rank 2 --report ~/plays.html", "is also an input")]
    [TestCase("evaluate ~/old.csv --test ~/plays.csv --rank 2 --report ~/plays.html", "is also an input")]
    [TestCase("evaluate ~/plays.csv --rank 2 --report ~/old/page.html", "is inside the model folder")]
    public async Task AnyCommand_ReportOverAnotherFile_ExitsWithTwo(string command, string expected)
    {
        File.CreateSymbolicLink(_folder.At("plays.html"), "plays.csv");
        File.Copy(_folder.At("plays.csv"), _folder.At("old.csv"));
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--output", _folder.At("old"), "--rank", "1", "--device", "cpu");
        var before = _folder.Entries();

        var args = command.Split(' ').Select(word => word.Replace("~", _folder.Root, StringComparison.Ordinal));
        var run = await Tool.RunAsync([.. args, "--overwrite", "--device", "cpu"]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(expected));
        Assert.That(_folder.Entries(), Is.EqualTo(before));
        Assert.That(File.ReadLines(_folder.At("plays.html")).First(), Is.EqualTo("user,item,plays"));
    }

    [TestCase("it's here.html", @"'it'\''s here.html'")]
    [TestCase("page.html", "page.html")]
    public async Task Report_Command_CanBeTypedAgain(string name, string typed)
    {
        var args = Train()[..^1];

        await Tool.SucceedAsync([.. args, _folder.At(name)]);

        var shown = Page.Read(_folder.At(name)).Fact("Command");
        Assert.That(
            shown,
            Does.EndWith(
                typed == name ? _folder.At(name) : $"'{_folder.Root}{Path.DirectorySeparatorChar}{typed[1..]}"));
    }

    private string[] Train(params string[] more) =>
    [
        "train", _folder.At("plays.csv"), "--weight-column", "plays", "--output", _folder.At("model"),
        "--rank", "2", "--iterations", "3", "--device", "cpu", .. more, "--report", _folder.At("page.html"),
    ];

    private string[] Evaluate(params string[] more) =>
    [
        "evaluate", _folder.At("plays.csv"), "--weight-column", "plays", "--rank", "2", "--iterations", "2",
        "--device", "cpu", "--bootstrap", "100", .. more, "--report", _folder.At("page.html"),
    ];

    private static string Cell(JsonNode method, string name, int k)
    {
        var metric =
            method["metrics"]!.AsArray().Single(value => (string)value!["metric"]! == name && (int?)value["k"] == k)!;
        return FormattableString.Invariant(
            $"{(double)metric["value"]!:F4} [{(double)metric["low"]!:F4}, {(double)metric["high"]!:F4}]");
    }
}
