using System.Text.Json;
using GpuAls.Tests.Modeling;

namespace GpuAls.Tests.Cli;

public sealed class TrainCommandTests
{
    private const string Plays =
        "user,item,plays\nada,jazz,5\nada,folk,1\nbo,jazz,2\nbo,metal,7\n"
        + "cy,folk,3\ncy,jazz,1\ndi,metal,2\nada,jazz,2\n";

    private TempFolder _folder = null!;

    [SetUp]
    public void WritePlays()
    {
        _folder = new TempFolder();
        File.WriteAllText(_folder.At("plays.csv"), Plays);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Train_Plays_WritesModelAndListsAndNothingElse()
    {
        var run = await TrainAsync("--rank", "2");

        Assert.That(run.Out, Is.Empty);
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "model", "plays.csv" }));
        Assert.That(Directory.GetFiles(_folder.At("model")).Select(Path.GetFileName), Is.EquivalentTo(new[]
        {
            "_SUCCESS", "manifest.json", "user_factors.npy", "item_factors.npy", "users.parquet", "items.parquet",
            "plays_indptr.npy", "plays_indices.npy", "plays_values.npy", "recommendations.parquet",
        }));
    }

    [Test]
    public async Task Train_DuplicateRows_AreSummedAndIdsOrderedByRows()
    {
        await TrainAsync("--rank", "2");

        var model = await ModelReader.ReadAsync(_folder.At("model"));
        Assert.That(Enumerable.Range(0, 4).Select(model.Users.Format), Is.EqualTo(new[] { "ada", "bo", "cy", "di" }));
        Assert.That(Enumerable.Range(0, 3).Select(model.Items.Format), Is.EqualTo(new[] { "jazz", "folk", "metal" }));
        Assert.That(model.Plays.RowValues(0).ToArray(), Is.EqualTo(new[] { 7f, 1f }));
    }

    [Test]
    public async Task Train_Twice_GivesTheSameBytes()
    {
        await TrainAsync("--rank", "2");
        var first = Bytes("model");
        await TrainAsync("--rank", "2", "--overwrite");

        Assert.That(Bytes("model"), Is.EqualTo(first));
    }

    [Test]
    public async Task Train_EachOption_ReachesTheTrainer()
    {
        await TrainAsync(
            "--rank", "3", "--iterations", "4", "--regularization", "0.5", "--alpha", "7", "--confidence", "log",
            "--epsilon", "2", "--objective", "ials", "--unobserved-weight", "0.3",
            "--regularization-scaling", "ials", "--regularization-exponent", "0.4",
            "--first", "items", "--solver", "cg", "--cg-steps", "5", "--seed", "11", "--loss",
            "--tolerance", "1e-9");

        var manifest = SampleModel.ReadManifest(_folder.At("model"));
        Assert.That(manifest.Options, Is.EqualTo(new AlsOptions
        {
            Rank = 3,
            Iterations = 4,
            Tolerance = 1e-9,
            Regularization = 0.5,
            Alpha = 7,
            Confidence = ConfidenceFunction.Log,
            Epsilon = 2,
            Objective = Objective.Ials,
            UnobservedWeight = 0.3,
            RegularizationScaling = RegularizationScaling.Ials,
            RegularizationExponent = 0.4,
            First = Side.Items,
            Solver = Solver.ConjugateGradient,
            ConjugateGradientSteps = 5,
            Seed = 11,
            TrackLoss = true,
        }));
        Assert.That(manifest.Iterations.Select(iteration => iteration.Loss), Is.All.Not.Null.And.Exactly(4).Items);
    }

    [Test]
    public async Task Train_IterationsAuto_EndsWhenTheLossHardlyChanges()
    {
        var run = await TrainAsync("--rank", "2", "--iterations", "auto");

        var manifest = SampleModel.ReadManifest(_folder.At("model"));
        var losses = manifest.Iterations.Select(iteration => iteration.Loss!.Value).ToArray();
        Assert.That((manifest.Options.Iterations, manifest.Options.Tolerance), Is.EqualTo((1000, 0.001)));
        Assert.That((losses[^2] - losses[^1]) / losses[^1], Is.InRange(0, 0.001));
        Assert.That(run.Error, Does.Contain("iteration 1: "));
        Assert.That(
            run.Error, Does.Contain($"converged: iteration {losses.Length} changed the loss by less than 0.1 %"));
    }

    [Test]
    public async Task Train_ToleranceThatIsNotMet_IsWarnedOf()
    {
        var run = await TrainAsync("--rank", "2", "--iterations", "3", "--tolerance", "1e-9");

        Assert.That(run.Error, Does.Contain("iteration 3/3: "));
        Assert.That(run.Error, Does.Contain(
            "warning: not converged: iteration 3, the last one, still changed the loss by more than 1E-07 %; "
                + "raise --iterations or --tolerance."));
    }

    [TestCase("--iterations", "many", "expected an integer such as 1000, without thousands separators, or auto.")]
    [TestCase("--iterations", "0", "expected 1 to 10000.")]
    [TestCase("--tolerance", "1", "expected a number above 0 and below 1, such as 0.001.")]
    [TestCase("--tolerance", "0", "expected a number above 0 and below 1, such as 0.001.")]
    public async Task Train_IterationsOrToleranceOutOfRange_IsRefused(string option, string value, string expected)
    {
        var run = await Tool.RunAsync("train", _folder.At("plays.csv"), "--output", _folder.At("model"), option, value);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain($"{option} is {(value == "many" ? "'many'" : value)}; {expected}"));
    }

    [Test]
    public async Task Train_PresetWithAnOptionBesideIt_TheOptionWins()
    {
        await TrainAsync("--rank", "2", "--preset", "spark", "--first", "users");

        Assert.That(
            SampleModel.ReadManifest(_folder.At("model")).Options,
            Is.EqualTo(Preset.Apply("spark", AlsOptions.Default) with { Rank = 2, First = Side.Users }));
    }

    [TestCase("lists.csv")]
    [TestCase("lists.jsonl")]
    [TestCase("lists.parquet")]
    public async Task Train_ListsElsewhere_AreThereAndNotInTheModel(string file)
    {
        await TrainAsync("--rank", "2", "--recommendations", _folder.At(file));

        Assert.That(new FileInfo(_folder.At(file)).Length, Is.Positive);
        Assert.That(File.Exists(_folder.At("model", "recommendations.parquet")), Is.False);
    }

    [Test]
    public async Task Train_TopAndIncludePlayed_ShapeTheLists()
    {
        await TrainAsync("--rank", "2", "--top", "2", "--include-played", "--recommendations", _folder.At("lists.csv"));

        var lists = File.ReadAllLines(_folder.At("lists.csv")).Skip(1).GroupBy(line => line.Split(',')[0]).ToArray();
        Assert.That(lists.Select(list => list.Count()), Is.All.EqualTo(2).And.Exactly(4).Items);
    }

    [Test]
    public async Task Train_NoHeaderAndColumnNumbers_GiveTheSameModel()
    {
        await TrainAsync("--rank", "2");
        var named = Bytes("model");
        File.WriteAllText(_folder.At("bare.dat"), string.Join('\n', Plays.Split('\n').Skip(1)).Replace(',', '|'));

        await Tool.SucceedAsync(
            "train", _folder.At("bare.dat"), "--no-header", "--delimiter", "|", "--user-column", "1",
            "--item-column", "2",
            "--weight-column", "3", "--output", _folder.At("other"), "--rank", "2", "--device", "cpu");

        Assert.That(Bytes("other"), Is.EqualTo(named));
    }

    [Test]
    public async Task Train_JsonLog_IsOneObjectALine()
    {
        var run = await TrainAsync("--rank", "2", "--log-format", "json");

        var events = run.Error.TrimEnd().Split(Environment.NewLine)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()).ToArray();
        var iterations = Enumerable.Repeat("iteration", AlsOptions.Default.Iterations);
        string[] expected = ["engine", "data", .. iterations, "done", "summary"];
        Assert.That(events, Is.EqualTo(expected));
    }

    [Test]
    public async Task Train_Quiet_SaysNothing() =>
        Assert.That((await TrainAsync("--rank", "2", "--quiet")).Error, Is.Empty);

    [Test]
    [NonParallelizable]
    public async Task Train_OnTheEmulator_GivesTheListsOfTheHost()
    {
        await TrainAsync("--rank", "2", "--iterations", "3", "--recommendations", _folder.At("host.csv"));
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--weight-column", "plays", "--output", _folder.At("emulated"),
            "--rank", "2",
            "--iterations", "3", "--device", "emulated", "--recommendations", _folder.At("emulated.csv"));

        Assert.That(WithoutScores("emulated.csv"), Is.EqualTo(WithoutScores("host.csv")));
    }

    private Task<ToolRun> TrainAsync(params string[] options) => Tool.SucceedAsync(
        [
            "train", _folder.At("plays.csv"), "--weight-column", "plays", "--output", _folder.At("model"),
            "--device", "cpu", .. options,
        ]);

    private IEnumerable<string> WithoutScores(string file) =>
        File.ReadLines(_folder.At(file)).Select(line => line[..line.LastIndexOf(',')]);

    /// <summary>All files but the manifest, which holds timings.</summary>
    private Dictionary<string, byte[]> Bytes(string model) => Directory.GetFiles(_folder.At(model))
        .Where(path => Path.GetFileName(path) != ModelFiles.Manifest)
        .ToDictionary(path => Path.GetFileName(path)!, File.ReadAllBytes);
}
