using System.Text.Json.Nodes;
using GpuAls.App;
using GpuAls.Tests.Processes;

namespace GpuAls.Tests.Jobs;

/// <summary>
/// Several processes train and list together; process 0 writes what one process writes: the same bytes of all files
/// but the times in the manifest.
/// </summary>
public sealed class SharedTrainJobTests
{
    private readonly TempFolder _folder = new();

    private static IEnumerable<TestCaseData> Variants()
    {
        yield return Variant("default", options => options);
        yield return Variant("ials, accelerated", options => options with
        {
            Als = Preset.Apply("ials", options.Als) with { Acceleration = Acceleration.Momentum },
        });
        yield return Variant("report and flat CSV elsewhere", options => options with
        {
            Recommendations = $"{options.Output}.csv",
            Report = new ReportOptions($"{options.Output}.html"),
            IncludePlayed = true,
        });
        yield return Variant("features", options => options with
        {
            Features = new FeatureOptions
            {
                Users = Path.Combine(options.Output, "../users.csv"),
                Items = Path.Combine(options.Output, "../items.csv"),
            },
        });
        yield return Variant("the worth of plays", options => options with
        {
            Als = options.Als with { MinUserPlays = 2, MinItemPlays = 3, MaxWeight = 5 },
        });
        yield return Variant("iterations measured on held-out plays", options => options with
        {
            Als = options.Als with { Iterations = 9 },
            Validation = new ValidationOptions { Fraction = 0.2, Metric = "auc", Patience = 1 },
            Guards = new GuardOptions { Metrics = [MetricRequirement.Parse("ndcg@5>0.001")] },
        });
        yield return Variant("iterations measured on other files", options => options with
        {
            Als = options.Als with { HalfLife = 90, MinItemPlays = 2 },
            Schema = options.Schema with { TimeColumn = "time" },
            Validation = new ValidationOptions
            {
                Locations = [Path.Combine(options.Output, "../validation.csv")],
                Metric = "ndcg@3",
            },
        });
    }

    [OneTimeSetUp]
    public async Task WritePlays()
    {
        await SampleJob.RunAsync(new SampleJobOptions
        {
            Sample = new SampleOptions { Users = 200, Items = 95, Plays = 900 },
            Output = _folder.At("plays.csv"),
        });
        await SampleJob.RunAsync(new SampleJobOptions
        {
            Sample = new SampleOptions { Users = 230, Items = 95, Plays = 500, Seed = 7 },
            Output = _folder.At("validation.csv"),
        });
        foreach (var file in (string[])["plays.csv", "validation.csv"])
            await File.WriteAllLinesAsync(_folder.At(file), File.ReadAllLines(_folder.At(file)).Select((line, row) =>
                $"{line},{(row == 0 ? "time" : $"{1_700_000_000L + (86_400L * (row * 7_919L % 1_000))}")}"));
        var items = File.ReadLines(_folder.At("plays.csv")).Skip(1).Select(line => line.Split(',')[1]).Distinct();
        await File.WriteAllLinesAsync(
            _folder.At("items.csv"),
            ["item,genre", .. items.Select((item, i) => $"{item},g{i % 5}"), "new 1,g1", "new 2,g3"]);
        var users = File.ReadLines(_folder.At("plays.csv")).Skip(1).Select(line => line.Split(',')[0]).Distinct();
        await File.WriteAllLinesAsync(
            _folder.At("users.csv"),
            ["user,country", .. users.Select((user, i) => $"{user},c{i % 3}"), "new 1,c1", "new 2,c2", "new 3,c1"]);
    }

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [TestCaseSource(nameof(Variants))]
    public void Run_SeveralProcesses_WriteTheBytesOfOne(Delegate variant)
    {
        var with = (Func<TrainJobOptions, TrainJobOptions>)variant;
        var name = Guid.NewGuid().ToString("N");
        var alone = Run(SingleProcess.Instance, with(Options($"{name}-1")));

        foreach (var size in (int[])[2, 5])
        {
            var group = new ThreadGroup(size);
            var models = group.Run(process => Run(process, with(Options($"{name}-{size}"))));

            Assert.That(group.Failures, Is.All.Null);
            Assert.That(models.Sum(model => model.Plays.EntryCount), Is.EqualTo(alone.Plays.EntryCount), "shares");
            Assert.That(Hashes($"{name}-{size}"), Is.EqualTo(Hashes($"{name}-1")), $"{size} processes");
        }

        Assert.That(_folder.Entries().Where(entry => entry.StartsWith('.')), Is.Empty);
    }

    /// <summary>A run that is stopped goes on with another number of processes.</summary>
    [TestCase(1, 3)]
    [TestCase(3, 2)]
    [TestCase(4, 1)]
    public void Run_CheckpointOfOtherProcesses_GoesOnToTheSameModel(int before, int after)
    {
        var name = Guid.NewGuid().ToString("N");
        var validation = new ValidationOptions { Fraction = 0.3, Patience = 0 };
        Run(SingleProcess.Instance, Options($"{name}-1") with { Validation = validation });
        var options = Options($"{name}-2") with
        {
            Validation = validation,
            Checkpoint = new CheckpointOptions { Location = _folder.At($"{name}-checkpoint"), Resume = true },
        };

        var stopped = new ThreadGroup(before);
        stopped.Run(process =>
        {
            using var stop = new CancellationTokenSource();
            return Run(process, options, new Relay<JobEvent>(value =>
            {
                if (process.Rank == 0 && value is IterationDone { Report.Iteration: 2 }) stop.Cancel();
            }), stop.Token);
        });
        var resumed = 0;
        var group = new ThreadGroup(after);
        group.Run(process => Run(process, options, new Relay<JobEvent>(value =>
        {
            if (process.Rank == 0 && value is TrainingResumed { Iteration: 2 }) resumed++;
        })));

        Assert.That(stopped.Failures, Is.All.Not.Null);
        Assert.That(group.Failures, Is.All.Null);
        Assert.That(resumed, Is.EqualTo(1));
        Assert.That(Hashes($"{name}-2"), Is.EqualTo(Hashes($"{name}-1")));
        Assert.That(Directory.EnumerateFiles(_folder.At($"{name}-checkpoint")), Is.Empty);
    }

    /// <summary>Lists of a saved model, and its nearest items.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void Recommend_SeveralProcesses_WritesTheListsOfOne(bool similar)
    {
        var model = Guid.NewGuid().ToString("N");
        Run(SingleProcess.Instance, Options(model));
        var options = new RecommendJobOptions
        {
            Model = _folder.At(model),
            Top = 4,
            Similarity = similar ? SimilarityMeasure.Cosine : null,
        };

        var expected = Lists(SingleProcess.Instance);
        var group = new ThreadGroup(4);
        var lists = group.Run(Lists);

        Assert.That(group.Failures, Is.All.Null);
        Assert.That(expected, Is.Not.Empty);
        Assert.That(lists, Is.EqualTo(new[] { expected, "", "", "" }));

        string Lists(IProcessGroup process)
        {
            using var engine = new HostEngine(1);
            using var output = new StringWriter();
            new RecommendJob(options, engine, output, group: process).RunAsync().GetAwaiter().GetResult();
            return output.ToString();
        }
    }

    private static FactorModel Run(
        IProcessGroup group, TrainJobOptions options, IProgress<JobEvent>? progress = null,
        CancellationToken cancellation = default)
    {
        using var engine = new HostEngine(1);
        return new TrainJob(options, engine, progress, group).RunAsync(cancellation).GetAwaiter().GetResult();
    }

    private TrainJobOptions Options(string output) => new()
    {
        Locations = [_folder.At("plays.csv")],
        Schema = new InteractionSchema { UserColumn = "user", ItemColumn = "item", WeightColumn = "plays" },
        Als = AlsOptions.Default with { Rank = 8, Iterations = 3, TrackLoss = true },
        Output = _folder.At(output),
        Top = 5,
    };

    /// <summary>The checksums of all files of a model and its statistics, and of the lists beside it.</summary>
    private string Hashes(string model)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(_folder.At(model, "manifest.json")))!;
        var (beside, page) = (_folder.At($"{model}.csv"), _folder.At($"{model}.html"));
        var facts = (string[])["sha256", "data", "features", "validation"];
        return string.Join('\n', facts.Select(fact => manifest[fact])).Replace(model, "model")
            + (File.Exists(beside) ? File.ReadAllText(beside) : "")
            + (File.Exists(page) ? File.ReadAllText(page).Split("Sample lists")[^1].Split("</section>")[0] : "");
    }

    private static TestCaseData Variant(string name, Func<TrainJobOptions, TrainJobOptions> with) =>
        new TestCaseData(with).SetArgDisplayNames(name);
}
