using System.Text.Json.Nodes;
using GpuAls.App;
using GpuAls.Tests.Processes;

namespace GpuAls.Tests.Jobs;

/// <summary>Several processes evaluate together; process 0 writes the report that one process writes.</summary>
public sealed class SharedEvaluateJobTests
{
    private readonly TempFolder _folder = new();

    private static IEnumerable<TestCaseData> Variants()
    {
        yield return Variant("default", options => options);
        yield return Variant("ratings, folds, cold start", options => options with
        {
            Als = options.Als with { Feedback = Feedback.Explicit },
            Split = new SplitOptions { Folds = 3 },
            Evaluation = options.Evaluation with { ColdStart = ColdStart.Nan },
        });
        yield return Variant("the newest plays of each user, worth less with age", options => options with
        {
            Als = options.Als with { HalfLife = 90, MinItemPlays = 2 },
            Schema = options.Schema with { TimeColumn = "time" },
            Split = new SplitOptions { Kind = SplitKind.LeaveLast, LeaveOut = 2 },
        });
        yield return Variant("the newest rows", options => options with
        {
            Schema = options.Schema with { TimeColumn = "time" },
            Split = new SplitOptions { Kind = SplitKind.Time },
        });
        yield return Variant("new items", options => options with
        {
            Features = new FeatureOptions { Items = InFolder(options, "items.csv") },
            Split = new SplitOptions { Kind = SplitKind.NewItems },
        });
        yield return Variant("test files", options => options with
        {
            Als = options.Als with { MaxWeight = 3, MinUserPlays = 2 },
            Test = [InFolder(options, "test.csv")],
            Exclude = [InFolder(options, "excluded.csv")],
        });
        yield return Variant("a saved model", options => options with
        {
            Locations = [],
            Als = AlsOptions.Default,
            Models = [InFolder(options, "model-1")],
            Test = [InFolder(options, "test.csv")],
        });
        yield return Variant("models that are compared", options => options with
        {
            Locations = [],
            Als = AlsOptions.Default,
            Models = [InFolder(options, "model-1"), InFolder(options, "model-2")],
            Test = [InFolder(options, "test.csv")],
            Exclude = [InFolder(options, "excluded.csv")],
        });
    }

    [OneTimeSetUp]
    public async Task WriteInput()
    {
        foreach (var (file, seed) in new[] { ("plays.csv", 1), ("test.csv", 2), ("excluded.csv", 3) })
        {
            await SampleJob.RunAsync(new SampleJobOptions
            {
                Sample = new SampleOptions { Users = 200 + seed, Items = 95, Plays = 900, Seed = seed },
                Output = _folder.At(file),
            });
            await File.WriteAllLinesAsync(_folder.At(file), File.ReadAllLines(_folder.At(file)).Select((line, row) =>
                $"{line},{(row == 0 ? "time" : $"{1_700_000_000L + (86_400L * (row * 7_919L % 1_000))}")}"));
        }

        var items = File.ReadLines(_folder.At("plays.csv")).Skip(1).Select(line => line.Split(',')[1]).Distinct();
        await File.WriteAllLinesAsync(
            _folder.At("items.csv"), ["item,genre", .. items.Select((item, i) => $"{item},g{i % 5}")]);
        foreach (var seed in (int[])[1, 2])
        {
            var options = Options();
            using var engine = new HostEngine(1);
            await new TrainJob(
                new TrainJobOptions
                {
                    Locations = [_folder.At(seed == 1 ? "plays.csv" : "excluded.csv")],
                    Schema = options.Schema,
                    Als = options.Als with { Seed = seed },
                    Output = _folder.At($"model-{seed}"),
                },
                engine).RunAsync();
        }
    }

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [TestCaseSource(nameof(Variants))]
    public void Run_SeveralProcesses_WriteTheReportOfOne(Delegate variant)
    {
        var options = ((Func<EvaluateJobOptions, EvaluateJobOptions>)variant)(Options());
        var expected = Run(SingleProcess.Instance, options, "1");

        foreach (var size in (int[])[2, 5])
        {
            var group = new ThreadGroup(size);
            var reports = group.Run(process => Run(process, options, $"{size}"));

            Assert.That(group.Failures, Is.All.Null);
            Assert.That(reports[0], Is.EqualTo(expected), $"{size} processes");
        }
    }

    private string? Run(IProcessGroup group, EvaluateJobOptions options, string name)
    {
        var (output, page) = (_folder.At($"{name}.json"), _folder.At($"{name}.html"));
        using var engine = new HostEngine(1);
        var job = new EvaluateJob(
            options with { Output = output, Report = new ReportOptions(page), Overwrite = true }, engine,
            group: group);
        if (group.Rank > 0)
        {
            job.HelpAsync().GetAwaiter().GetResult();
            return null;
        }

        job.RunAsync().GetAwaiter().GetResult();
        var report = JsonNode.Parse(File.ReadAllText(output))!.AsObject();
        report.Remove("started_at");
        report.Remove("seconds");
        var samples = File.ReadAllText(page).Split("Sample lists")[^1].Split("</section>")[0];
        Assert.That(samples, Does.Contain("<article>"));
        return report.ToJsonString() + samples;
    }

    private EvaluateJobOptions Options() => new()
    {
        Locations = [_folder.At("plays.csv")],
        Schema = new InteractionSchema { UserColumn = "user", ItemColumn = "item", WeightColumn = "plays" },
        Als = AlsOptions.Default with { Rank = 8, Iterations = 2 },
        Evaluation = new EvaluationOptions { Cutoffs = [3, 10] },
        Resamples = 100,
    };

    private static string InFolder(EvaluateJobOptions options, string name) =>
        Path.Combine(Path.GetDirectoryName(options.Locations[0])!, name);

    private static TestCaseData Variant(string name, Func<EvaluateJobOptions, EvaluateJobOptions> with) =>
        new TestCaseData(with).SetArgDisplayNames(name);
}
