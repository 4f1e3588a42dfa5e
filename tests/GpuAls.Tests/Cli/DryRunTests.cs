using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuAls.Tests.Cli;

/// <summary>A dry run tells what a training would do, and leaves everything as it is.</summary>
public sealed class DryRunTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task DryRun_OfText_TellsItsRowsAndWritesNothing()
    {
        var plays = Write("plays.csv", "user,item,plays\na,x,1\na,y,2\nb,y,3\n");

        var run = await DryRunAsync(plays, "--rank", "2");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Out, Does.Contain("3 rows in 1 file (34 B)"));
        Assert.That(run.Out, Does.Contain("2 users and 2 items\n"));
        Assert.That(run.Out, Does.Contain("cpu ("));
        Assert.That(run.Out, Does.Match("about [0-9.]+ MB of host memory"));
        Assert.That(run.Out, Does.Contain($"model: {_folder.At("model")}\n"));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "plays.csv" }));
    }

    [Test]
    public async Task DryRun_OfParquet_KnowsAllRows()
    {
        var plays = _folder.At("plays.parquet");
        await Tool.SucceedAsync("sample", "--output", plays);

        var run = await DryRunAsync(plays, "--weight-column", "plays");

        Assert.That(run.Out, Does.Contain("80,000 rows in 1 file"));
        Assert.That(run.Out, Does.Contain("2,000 users and 800 items\n"));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "plays.parquet" }));
    }

    [Test]
    public async Task DryRun_OutputExists_TellsAllAndFailsAsTheRunWould()
    {
        var plays = Write("plays.csv", "user,item\na,x\na,y\nb,y\n");
        Directory.CreateDirectory(_folder.At("model"));
        Write("model/other.txt", "mine");

        var refused = await DryRunAsync(plays, "--rank", "2");
        var foreign = await DryRunAsync(plays, "--rank", "2", "--overwrite");

        Assert.That(refused.ExitCode, Is.EqualTo(5));
        Assert.That(refused.Out, Does.Contain("3 rows in 1 file"));
        Assert.That(refused.Error, Does.Contain("already exists. Choose another name, or pass --overwrite"));
        Assert.That(foreign.ExitCode, Is.EqualTo(5));
        Assert.That(foreign.Error, Does.Contain("so --overwrite does not replace it."));
        Assert.That(File.ReadAllText(_folder.At("model", "other.txt")), Is.EqualTo("mine"));
    }

    [TestCase("user,thing\na,x\nb,y\n", "item", 3)]
    [TestCase("user,item\na,x\nb,\n", "1 of 2 rows looked at cannot be used.", 3)]
    [TestCase("user,item\na,x\nb,y\n", "--rank 64 is larger than the number of items, 2.", 3)]
    public async Task DryRun_OfWhatARunRefuses_FailsLikeIt(string text, string message, int exitCode)
    {
        var plays = Write("plays.csv", text);

        var run = await DryRunAsync(plays);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(run.Error, Does.Contain(message));
    }

    [Test, Platform("Linux")]
    public async Task DryRun_OfManyLists_ForeseesTheMemoryOfTheRun()
    {
        var (plays, metrics) = (_folder.At("plays.parquet"), _folder.At("run.prom"));
        await Tool.SucceedAsync(
            "sample", "--output", plays, "--users", "200000", "--items", "2000", "--plays", "600000");
        string[] train =
        [
            "train", plays, "--output", _folder.At("model"), "--recommendations", _folder.At("lists.jsonl"),
            "--top", "100", "--rank", "16", "--iterations", "1", "--device", "cpu",
        ];
        var planned = await Tool.SucceedAsync([.. train, "--dry-run"]);
        var plan = double.Parse(
            Regex.Match(planned.Out, @"about ([0-9.]+) MB of host memory").Groups[1].Value,
            CultureInfo.InvariantCulture);

        // On a busy machine garbage is collected late: the lowest peak of a few runs counts.
        var peak = double.PositiveInfinity;
        for (var run = 0; run < 3 && peak > plan * 1.15; run++) peak = Math.Min(peak, await RunAsync());

        Assert.That(peak, Is.EqualTo(plan).Within(15).Percent);

        async Task<double> RunAsync()
        {
            var run = await ToolProcess.RunAsync(
                $"{ToolProcess.Command} {string.Join(' ', train)} --overwrite --metrics-file {metrics}");
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            var line = File.ReadLines(metrics).Single(line => line.StartsWith("gpuals_host_memory_peak_bytes"));
            return double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture) / 1e6;
        }
    }

    /// <summary>With them, training takes more than writing the lists; without, less.</summary>
    [Test]
    [Category("Emulated")]
    public async Task DryRun_OfFactorsThatDoNotFitTheDevice_CountsThemAsHostMemory()
    {
        var plays = _folder.At("plays.parquet");
        await Tool.SucceedAsync(
            "sample", "--output", plays, "--users", "200000", "--items", "2000", "--plays", "400000");

        var spilled = await Megabytes("--device-memory", "300MB") - await Megabytes();

        var factors = 200_000 * 512 * sizeof(float) / 1e6;
        Assert.That(spilled, Is.InRange(0.3 * factors, factors));

        async Task<double> Megabytes(params string[] more)
        {
            var run = await Tool.SucceedAsync(
            [
                "train", plays, "--output", _folder.At("model"), "--rank", "512", "--solver", "ials++", "--device",
                "emulated", "--dry-run", .. more,
            ]);
            var size = Regex.Match(run.Out, "about ([0-9.]+) ([MG])B of host memory").Groups;
            return double.Parse(size[1].Value, CultureInfo.InvariantCulture) * (size[2].Value == "G" ? 1000 : 1);
        }
    }

    [Test]
    public async Task DryRun_OfAnotherCommand_SaysWhichHasIt()
    {
        var run = await Tool.RunAsync("evaluate", "plays.csv", "--dry-run");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("unknown option '--dry-run'. It is an option of gpuals train."));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Survey_OfSomeRows_EstimatesTheOthers(bool isSorted)
    {
        const int users = 5_000, plays = 200_000;
        var random = new Random(7);
        var rows = Enumerable.Range(0, plays)
            .Select(_ => (User: (int)(users * Math.Pow(random.NextDouble(), 1.5)), Item: random.Next(300))).ToArray();
        if (isSorted) rows = [.. rows.OrderBy(row => row.User)];
        var distinct = rows.Select(row => row.User).Distinct().Count();
        var lines = rows.Select(row => $"u{row.User:D5},i{row.Item:D3}");
        var file = Write("plays.csv", "user,item\n" + string.Join('\n', lines) + "\n");

        var survey = await InputSurveyor.LookAsync([file], new InteractionSchema(), default, mostRows: 50_000);

        Assert.That(survey.AreRowsExact, Is.False);
        Assert.That(survey.SampledRows, Is.InRange(50_000, 150_000));
        Assert.That(survey.Rows, Is.EqualTo(plays).Within(2).Percent);
        Assert.That(survey.Items.Count, Is.EqualTo(300).Within(3).Percent);
        if (!isSorted) Assert.That(survey.Users.Count, Is.EqualTo(distinct).Within(5).Percent);
        else Assert.That(survey.Users.Count, Is.InRange(0.5 * distinct, 2.0 * distinct));
    }

    private Task<ToolRun> DryRunAsync(string plays, params string[] more) => Tool.RunAsync(
        ["train", plays, "--output", _folder.At("model"), "--device", "cpu", "--dry-run", .. more]);

    private string Write(string name, string text)
    {
        var path = _folder.At(name);
        File.WriteAllText(path, text);
        return path;
    }
}
