using System.Text.Json;
using GpuAls.App;
using GpuAls.Cli;

namespace GpuAls.Tests.Cli.Operations;

/// <summary>--metrics-file and the summary: the same facts, after a success and after a failure.</summary>
public sealed class MetricsFileTests
{
    private TempFolder _folder = null!;
    private string _plays = null!;
    private string _file = null!;

    [SetUp]
    public void MakePlays()
    {
        _folder = new TempFolder();
        (_plays, _file) = (_folder.At("plays.csv"), _folder.At("night.prom"));
        File.WriteAllText(
            _plays,
            "user,item,plays\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"u{i / 10},i{i * 7 % 23},1\n"))
            + "u1,i2,0\nu2,,1\nu3,i3,0\n");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Train_Done_HasItsFactsInTheFileAndTheSameInTheLog()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var run = await ToolProcess.RunAsync(
            $"{ToolProcess.Command} train '{_plays}' --weight-column plays --on-bad-row skip --device cpu --rank 2 "
            + $"--iterations 3 --loss --validation-fraction 0.2 --output '{_folder.At("model")}' --log-format json "
            + $"--metrics-file '{_file}'");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var metrics = PrometheusText.Parse(File.ReadAllText(_file));
        using var summary = JsonDocument.Parse(run.Error.TrimEnd().Split('\n')[^1]);
        Assert.That(Field("event").GetString(), Is.EqualTo("summary"));
        Assert.That(metrics.Select(sample => sample.Labels["command"]), Is.All.EqualTo("train"));
        Assert.That(metrics.Select(sample => sample.Labels["file"]), Is.All.EqualTo("night.prom"));
        Assert.That(Single("last_run_success"), Is.EqualTo(1));
        Assert.That(Single("last_run_exit_code"), Is.Zero);
        Assert.That(
            Single("last_run_timestamp_seconds"),
            Is.InRange(before, before + 600).And.EqualTo(Single("last_success_timestamp_seconds")));
        Assert.That(Single("last_run_duration_seconds"), Is.EqualTo(Field("seconds").GetDouble()));
        Assert.That((Single("rows_read"), Single("plays")), Is.EqualTo((203, 200)));
        Assert.That((Single("users"), Single("items")), Is.EqualTo((20, 23)));
        Assert.That((Of("rows_dropped", "zero_weight"), Of("rows_dropped", "bad")), Is.EqualTo((2, 1)));
        Assert.That((Single("iterations"), Single("lists")), Is.EqualTo((3, 20)));
        Assert.That(Single("loss"), Is.GreaterThan(0));
        Assert.That(Of("metric_value", "gpuals", "ndcg@10"), Is.InRange(0, 1));
        Assert.That(Of("phase_seconds", "train"), Is.GreaterThan(0));
        Assert.That(
            metrics.Where(sample => sample.Name == "gpuals_phase_seconds").Sum(sample => sample.Value),
            Is.InRange(Single("last_run_duration_seconds") / 4, Single("last_run_duration_seconds")));
        Assert.That(Single("host_memory_peak_bytes"), Is.InRange(30e6, 4e9));
        Assert.That(Single("input_bytes"), Is.InRange(new FileInfo(_plays).Length, 1e5));
        Assert.That(
            Single("output_bytes"),
            Is.EqualTo(Directory.GetFiles(_folder.At("model")).Sum(file => new FileInfo(file).Length)).Within(8));
        var names = SummaryFacts.All.Select(fact => $"gpuals_{fact.Name}").ToArray();
        foreach (var sample in metrics.Where(sample => names.Contains(sample.Name)))
        {
            var value = Field(sample.Name["gpuals_".Length..]);
            foreach (var label in sample.Labels.Values.Skip(2)) value = value.GetProperty(label);
            Assert.That(value.GetDouble(), Is.EqualTo(sample.Value), sample.Name);
        }

        JsonElement Field(string name) => summary.RootElement.GetProperty(name);

        double Of(string name, params string[] labels) => metrics.Single(
            sample => sample.Name == $"gpuals_{name}" && sample.Labels.Values.Skip(2).SequenceEqual(labels)).Value;

        double Single(string name) => Of(name);
    }

    [Test]
    public async Task Train_Failed_SaysSoAndKeepsTheTimeOfTheLastSuccess()
    {
        await Tool.SucceedAsync(
            "evaluate", _plays, "--on-bad-row", "skip", "--device", "cpu", "--rank", "2", "--metrics-file", _file);
        var success = Value("last_success_timestamp_seconds");

        foreach (var column in new[] { "nothing", "neither" })
        {
            var failed = await Tool.RunAsync(
                "evaluate", _plays, "--user-column", column, "--device", "cpu", "--metrics-file", _file);
            Assert.That(failed.ExitCode, Is.EqualTo(3));
            Assert.That(failed.Error, Does.Not.Contain("evaluate: failed in"), "for people the error says it");
            Assert.That(Value("last_run_success"), Is.Zero);
            Assert.That(Value("last_run_exit_code"), Is.EqualTo(3));
            Assert.That(Value("last_success_timestamp_seconds"), Is.EqualTo(success));
            Assert.That(Value("last_run_timestamp_seconds"), Is.GreaterThanOrEqualTo(success!.Value));
            Assert.That(Value("users"), Is.Null);
        }
    }

    [Test]
    public async Task Run_OfWrongOptions_IsAFailedRun()
    {
        var run = await Tool.RunAsync("train", _plays, "--rank", "many", "--metrics-file", _file);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That((Value("last_run_success"), Value("last_run_exit_code")), Is.EqualTo(((double?)0, (double?)2)));
        Assert.That(Value("last_success_timestamp_seconds"), Is.Null);
    }

    [TestCase("--dry-run")]
    [TestCase("--print-config")]
    [TestCase("--help")]
    public async Task Rehearsal_WritesNoMetrics(string option)
    {
        var run = await Tool.RunAsync(
            "train", _plays, "--on-bad-row", "skip", "--output", _folder.At("model"), "--device", "cpu",
            "--rank", "2", "--metrics-file", _file, option);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(_file, Does.Not.Exist);
    }

    [TestCase("night.txt")]
    [TestCase(".prom")]
    [TestCase("s3://bucket/night.prom")]
    public async Task File_ThatTheCollectorDoesNotRead_IsRefused(string file)
    {
        var run = await Tool.RunAsync("recommend", "model", "--metrics-file", file);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(
            run.Error, Does.Contain($"--metrics-file is '{file}'; expected a local file whose name ends in .prom"));
    }

    [Test]
    public async Task File_ThatCannotBeWritten_IsAWarning()
    {
        var file = Path.Combine(_plays, "night.prom"); // below a file
        var run = await Tool.SucceedAsync(
            "evaluate", _plays, "--on-bad-row", "skip", "--device", "cpu", "--rank", "2", "--metrics-file", file);

        Assert.That(run.Error, Does.Contain("warning: the metrics could not be written: "));
    }

    [Test]
    public void Text_OfAnyNames_IsWellFormed()
    {
        const string Odd = "a \"quoted\" \\ name\nof two lines";
        var summary = new JobSummary
        {
            Command = "train",
            StartedAt = DateTime.UnixEpoch,
            Seconds = 1.5,
            ExitCode = 0,
            Device = Odd,
            Loss = double.NaN,
            PhaseSeconds = new Dictionary<string, double> { [Odd] = double.PositiveInfinity, ["b"] = 1e-7 },
        };

        var samples = PrometheusText.Parse(MetricsFile.Text(summary, $"{Odd}.prom", null));

        Assert.That(samples.Single(sample => sample.Name == "gpuals_build_info").Labels["device"], Is.EqualTo(Odd));
        Assert.That(samples.Select(sample => sample.Labels["file"]), Is.All.EqualTo($"{Odd}.prom"));
        Assert.That(
            samples.Where(sample => sample.Name == "gpuals_phase_seconds")
                .Select(sample => (sample.Labels["phase"], sample.Value)),
            Is.EqualTo(new[] { (Odd, double.PositiveInfinity), ("b", 1e-7) }));
        Assert.That(samples.Single(sample => sample.Name == "gpuals_loss").Value, Is.NaN);
        Assert.That(
            samples.Single(sample => sample.Name == "gpuals_last_success_timestamp_seconds").Value, Is.EqualTo(1.5));
    }

    [Test]
    [Category("Emulated")]
    [NonParallelizable]
    public async Task Device_MemoryAndTransfers_AreCounted()
    {
        var run = await Tool.SucceedAsync(
            "train", _plays, "--on-bad-row", "skip", "--device", "emulated", "--rank", "2", "--iterations", "1",
            "--output", _folder.At("model"), "--metrics-file", _file);

        // Factors of 20 users and 23 items at rank 4 (padded) and both copies of the plays are on the device at least.
        const long Least = (43 * 4 * sizeof(float)) + (2 * 200 * (sizeof(int) + sizeof(float)));
        Assert.That(Value("device_memory_peak_bytes"), Is.InRange(Least, 1e8));
        Assert.That(Value("device_transfer_bytes", "to_device"), Is.InRange(Least, 1e8));
        Assert.That(Value("device_transfer_bytes", "from_device"), Is.InRange(43 * 2 * sizeof(float), 1e8));
        Assert.That(run.Error, Does.Match(@"\n  memory   .* of device memory at most\n"));
    }

    [Test]
    public async Task Summary_ForPeople_IsATableWithoutQuiet()
    {
        string[] command =
        [
            "train", _plays, "--weight-column", "plays", "--on-bad-row", "skip", "--device", "cpu", "--rank", "2",
            "--iterations", "1", "--output", _folder.At("model"), "--overwrite",
        ];
        var run = await Tool.SucceedAsync(command);
        var quiet = await Tool.SucceedAsync([.. command, "--quiet"]);

        Assert.That(
            run.Error,
            Does.Match(
                @"\ntrain: done in [\d.]+ s\n"
                + @"  rows     203 read, 2 rows with weight 0 dropped, 1 bad row dropped\n"
                + @"  data     20 users, 23 items, 200 plays\n"
                + @"  work     1 iteration, 20 lists\n"
                + @"  seconds  read [\d.]+, build_matrices [\d.]+, train [\d.]+, write_model [\d.]+, recommend [\d.]+, "
                + @"publish [\d.]+\n"
                + @"  memory   [\d.]+ [MG]B of host memory at most\n"
                + @"  moved    .* read, .* written\n$"));
        Assert.That(quiet.Error, Does.Not.Contain("train: done"));
    }

    [Test]
    public async Task Tune_Done_HasTheMetricsOfTheBestTrial()
    {
        await Tool.SucceedAsync(
            "tune", _plays, "--on-bad-row", "skip", "--device", "cpu", "--rank", "2,3", "--iterations", "2",
            "--metrics-file", _file);

        Assert.That(Value("trials", "done"), Is.EqualTo(2));
        Assert.That(Value("iterations"), Is.EqualTo(4));
        Assert.That(Value("metric_value", "gpuals", "ndcg@10"), Is.InRange(0, 1));
    }

    [Test]
    public async Task Recommend_Done_HasTheNumbersOfTheModel()
    {
        await Tool.SucceedAsync(
            "train", _plays, "--on-bad-row", "skip", "--device", "cpu", "--rank", "2", "--output", _folder.At("model"));
        await Tool.SucceedAsync(
            "recommend", _folder.At("model"), "--user", "u1", "--device", "cpu", "--metrics-file", _file);

        Assert.That((Value("users"), Value("lists")), Is.EqualTo(((double?)20, (double?)1)));
        Assert.That(Value("phase_seconds", "read_model"), Is.Not.Null);
        Assert.That(Value("rows_read"), Is.Null);
    }

    private double? Value(string name, params string[] labels) => PrometheusText.Parse(File.ReadAllText(_file))
        .SingleOrDefault(sample => sample.Name == $"gpuals_{name}"
            && (labels.Length == 0 || sample.Labels.Values.Skip(2).SequenceEqual(labels)))?.Value;
}
