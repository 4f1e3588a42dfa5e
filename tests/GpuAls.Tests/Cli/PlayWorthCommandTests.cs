using System.Globalization;
using System.Text.Json.Nodes;

namespace GpuAls.Tests.Cli;

/// <summary>What plays are worth, by options of train, evaluate and tune.</summary>
public sealed class PlayWorthCommandTests
{
    private const long Day = 86_400;

    private readonly TempFolder _folder = new();

    private string PlaysFile => _folder.At("timed.csv");

    [OneTimeSetUp]
    public void MakePlays()
    {
        var random = new Random(5);
        var rows = Enumerable.Range(0, 1500).Select(_ =>
        {
            var (user, item) = (random.Next(1 + random.Next(60)), random.Next(1 + random.Next(40)));
            return $"u{user},i{item},{random.Next(1, 9)},{1_600_000_000 + random.NextInt64(100 * Day)}";
        });
        File.WriteAllLines(PlaysFile, ["user,item,plays,at", .. rows]);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>
    /// A file with the weights that the options make gives the same model, with no option at all: the weights, the
    /// factors and the lists are the same bytes.
    /// </summary>
    [Test]
    public async Task Train_HalfLifeAndCap_IsTrainingOnTheWeightsTheyMake()
    {
        var rows = File.ReadLines(PlaysFile).Skip(1).Select(line => line.Split(',')).ToArray();
        var newest = rows.Max(row => long.Parse(row[3], CultureInfo.InvariantCulture));
        var made = rows.Select(row => string.Create(
            CultureInfo.InvariantCulture, $"{row[0]},{row[1]},{Decayed(row, newest):R}"));
        File.WriteAllLines(_folder.At("made.csv"), ["user,item,plays", .. made]);

        var decayed = await TrainAsync(PlaysFile, "decayed", "--half-life", "30d", "--time-column", "at");
        var plain = await TrainAsync(_folder.At("made.csv"), "plain");

        foreach (var file in new[] { "user_factors.npy", "item_factors.npy", "recommendations.parquet" })
            Assert.That(File.ReadAllBytes(Path.Combine(decayed, file)), Is.EqualTo(
                File.ReadAllBytes(Path.Combine(plain, file))), file);
        var options = Manifest(decayed)["options"]!;
        Assert.That((double)options["half_life"]!, Is.EqualTo(30));
        Assert.That((string)Manifest(decayed)["input"]!["time_column"]!, Is.EqualTo("at"));
        Assert.That(Manifest(plain)["options"]!["half_life"], Is.Null);

        static float Decayed(string[] row, long newest) => (float)(float.Parse(row[2], CultureInfo.InvariantCulture)
            * Math.Pow(
                2, -(double)((newest - long.Parse(row[3], CultureInfo.InvariantCulture)) * 1_000_000)
                    / (30 * Day * 1e6)));
    }

    [Test]
    public async Task Train_CoreAndCap_DropsUsersAndItemsWithFewPlays()
    {
        var model = await TrainAsync(
            PlaysFile, "core", "--min-user-plays", "12", "--min-item-plays", "12", "--max-weight", "3");

        var data = Manifest(model)["data"]!;
        Assert.That((int)data["users"]!, Is.InRange(2, 59));
        Assert.That((int)data["items"]!, Is.InRange(2, 39));
    }

    [Test]
    public async Task Train_IntegersInMilliseconds_AreTheSameTimesAsInSeconds()
    {
        var lines = File.ReadAllLines(PlaysFile);
        File.WriteAllLines(_folder.At("ms.csv"), lines.Select((line, row) => row == 0 ? line : $"{line}000"));

        var seconds = await TrainAsync(PlaysFile, "seconds", "--half-life", "7d", "--time-column", "at");
        var milliseconds = await TrainAsync(_folder.At("ms.csv"), "ms", "--half-life", "1w", "--time-column", "at");

        Assert.That(
            File.ReadAllBytes(Path.Combine(milliseconds, "item_factors.npy")),
            Is.EqualTo(File.ReadAllBytes(Path.Combine(seconds, "item_factors.npy"))));
    }

    /// <summary>Events and the period are those of the plays; files to validate with keep all their times.</summary>
    [Test]
    public async Task Train_EventsAndPeriod_AreInTheManifestAndTheCommandOfTune()
    {
        var lines = File.ReadAllLines(PlaysFile);
        string[] kinds = ["play", "like", "skip"];
        File.WriteAllLines(
            _folder.At("events.csv"), lines.Select((line, row) => $"{line},{(row == 0 ? "kind" : kinds[row % 3])}"));
        string[] input =
        [
            _folder.At("events.csv"), "--event-column", "kind", "--event-weights", "play=1,like=5,skip=-2",
            "--time-column", "at", "--since", "2020-09-20", "--until", "2020-12-01",
        ];

        await Tool.SucceedAsync(
            [
                "train", .. input, "--output", _folder.At("events"), "--rank", "4", "--iterations", "2",
                "--device", "cpu", "--validation", _folder.At("events.csv"),
            ]);
        var tuned = await Tool.SucceedAsync(["tune", .. input, "--rank", "3,4", "--iterations", "2"]);

        var made = Manifest(_folder.At("events"));
        Assert.That((double)made["input"]!["event_weights"]!["like"]!, Is.EqualTo(5));
        Assert.That((int)made["data"]!["read"]!["rows_outside_period"]!, Is.InRange(1, 1499));
        Assert.That(tuned.Lines[^1], Does.Contain(
            "--time-column at --event-column kind --event-weights play=1,like=5,skip=-2 --since 2020-09-20 "
            + "--until 2020-12-01"));
    }

    [Test]
    public async Task Tune_HalfLife_MeasuresWhatEvaluateMeasures()
    {
        string[] shared =
        [
            PlaysFile, "--weight-column", "plays", "--time-column", "at", "--split", "time", "--device", "cpu",
            "--bootstrap", "0", "--iterations", "3", "--patience", "0", "--metric", "ndcg@10",
        ];
        var tuned = await Tool.SucceedAsync(
            ["tune", .. shared, "--rank", "4", "--half-life", "none,5d,80d", "--output", _folder.At("search")]);

        var report = JsonNode.Parse(File.ReadAllText(_folder.At("search/tune.json")))!;
        var trials = report["trials"]!.AsArray();
        Assert.That(trials, Has.Count.EqualTo(3));
        foreach (var trial in trials)
        {
            var halfLife = (double?)trial!["options"]!["half_life"];
            string[] given = halfLife is { } days ? ["--half-life", $"{days}d"] : [];
            var measured = await EvaluationFile.MeasureAsync(_folder, [.. shared[..^4], "--rank", "4", .. given]);
            var ndcg = trial["result"]!["metrics"]!.AsArray().First(value => (string)value!["metric"]! == "ndcg")!;
            Assert.That((double?)ndcg["value"], Is.EqualTo(measured.Value("ndcg", 10)), $"half-life {halfLife}");
        }

        var command = tuned.Lines[^1].Split(' ');
        var best = (double?)trials[0]!["options"]!["half_life"];
        Assert.That(command.Contains("--half-life"), Is.EqualTo(best is not null));
        Assert.That(command.Contains("--time-column"), Is.EqualTo(best is not null));
        command[Array.IndexOf(command, "--output") + 1] = _folder.At("best");
        await Tool.SucceedAsync(command[1..]);
    }

    [TestCase(new[] { "train", "p.csv", "-o", "m", "--half-life", "30d" }, "--half-life requires --time-column")]
    [TestCase(new[] { "train", "p.csv", "-o", "m", "--time-column", "t" }, "--time-column requires --half-life")]
    [TestCase(new[] { "evaluate", "p.csv", "--half-life", "30d" }, "--half-life requires --time-column")]
    [TestCase(new[] { "tune", "p.csv", "--half-life", "30d,none" }, "--half-life requires --time-column")]
    [TestCase(new[] { "train", "p.csv", "-o", "m", "--as-of", "2025-01-01" }, "--as-of requires --half-life")]
    [TestCase(new[] { "train", "p.csv", "-o", "m", "--half-life", "30" }, "--half-life is '30'; expected a time above")]
    [TestCase(new[] { "tune", "p.csv", "--half-life", "30d,x" }, "--half-life is '30d,x'; expected times such as 30d")]
    [TestCase(new[] { "train", "p.csv", "-o", "m", "--min-user-plays", "0" }, "--min-user-plays is 0; expected 1")]
    [TestCase(new[] { "train", "p.csv", "-o", "m", "--max-weight", "0" }, "--max-weight is 0; expected")]
    [TestCase(
        new[] { "train", "p.csv", "-o", "m", "--half-life", "1d", "--time-column", "t", "--feedback", "explicit" },
        "--half-life cannot be used with --feedback explicit: ratings do not fade.")]
    public async Task Run_OptionsThatContradictEachOther_SaysWhatIsMissing(string[] args, string message)
    {
        var run = await Tool.RunAsync(args);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain(message));
    }

    private static JsonNode Manifest(string model) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(model, "manifest.json")))!;

    private async Task<string> TrainAsync(string plays, string name, params string[] options)
    {
        var model = _folder.At(name);
        await Tool.SucceedAsync(
            [
                "train", plays, "--weight-column", "plays", "--output", model, "--rank", "4", "--iterations", "3",
                "--device", "cpu", .. options,
            ]);
        return model;
    }
}
