using System.Globalization;
using System.Text.Json.Nodes;

namespace GpuAls.Tests.Cli;

/// <summary>Ratings from the command line: what is read, what is refused, and what is measured.</summary>
public sealed class ExplicitFeedbackTests
{
    private const string Ratings =
        "user,item,stars\nada,jazz,5\nada,folk,1\nada,folk,2\nbo,jazz,4\nbo,folk,0\n"
        + "cy,folk,0\ncy,metal,-1\nbo,metal,2\ndi,metal,3\ndi,jazz,4.5\n";

    private static readonly string[] Explicit =
    [
        "--feedback", "explicit", "--weight-column", "stars", "--rank", "2", "--device", "cpu",
    ];

    private TempFolder _folder = null!;

    [SetUp]
    public void WriteRatings()
    {
        _folder = new TempFolder();
        File.WriteAllText(_folder.At("ratings.csv"), Ratings);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Train_Ratings_KeepZerosAndTheMeanOfDuplicates()
    {
        await TrainAsync();

        var model = await ModelReader.ReadAsync(_folder.At("model"));
        var manifest = JsonNode.Parse(File.ReadAllText(_folder.At("model", "manifest.json")))!;
        Assert.That(Rating(model, "bo", "folk"), Is.Zero);
        Assert.That(Rating(model, "ada", "folk"), Is.EqualTo(1.5f));
        Assert.That((string)manifest["options"]!["feedback"]!, Is.EqualTo("explicit"));
        Assert.That((int)manifest["data"]!["plays"]!, Is.EqualTo(9));
    }

    [Test]
    public async Task Train_UserWhoRatedNothingAboveZero_IsListed()
    {
        await TrainAsync();

        var run = await Tool.SucceedAsync("recommend", _folder.At("model"), "--device", "cpu", "--user", "cy");

        Assert.That(run.Out, Does.Contain("cy,jazz,1,"));
    }

    [Test]
    public async Task Train_ItemRatedBelowZeroOnly_IsListed()
    {
        File.AppendAllText(_folder.At("ratings.csv"), "di,punk,-2\n");

        await TrainAsync();
        var run = await Tool.SucceedAsync("recommend", _folder.At("model"), "--device", "cpu", "--user", "ada");

        Assert.That(run.Out, Does.Contain("ada,punk,"));
    }

    /// <summary>Ratings of 0 alone are predicted by factors of 0, which rank nothing.</summary>
    [Test]
    public async Task Train_UserWhoRatedEverythingZero_HasNoListAndIsWarnedAbout()
    {
        File.AppendAllText(_folder.At("ratings.csv"), "ed,jazz,0\ned,folk,0\n");

        var run = await TrainAsync();
        var lists = await Tool.SucceedAsync("recommend", _folder.At("model"), "--device", "cpu");

        Assert.That(
            run.Error,
            Does.Contain("1 user has factors that are all 0 and gets no list, as happens when every rating is 0."));
        Assert.That(lists.Out, Does.Contain("ada,").And.Not.Contain("ed,"));
        Assert.That(
            lists.Error, Does.Contain("1 user gets no list: no play above 0, or all factors are 0."));
    }

    [TestCase("--alpha", "1")]
    [TestCase("--confidence", "log")]
    [TestCase("--epsilon", "1", "--confidence", "log")]
    [TestCase("--objective", "hkv")]
    [TestCase("--unobserved-weight", "1")]
    [TestCase("--preset", "implicit")]
    [TestCase("--preset", "ials")]
    public async Task Train_OptionsOfImplicitFeedback_AreRefused(params string[] idle)
    {
        var run = await Tool.RunAsync(
            ["train", _folder.At("ratings.csv"), "--output", _folder.At("model"), .. Explicit, .. idle]);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(
            run.Error,
            Does.Contain("--feedback explicit")
                .And.Match(string.Join('|', idle.Where(word => word.StartsWith("--", StringComparison.Ordinal)))));
        Assert.That(Directory.Exists(_folder.At("model")), Is.False);
    }

    [TestCase("train", "--output")]
    [TestCase("evaluate", "--output")]
    [TestCase("tune", "--output")]
    public async Task RatingsWithoutTheirColumn_AreRefused(string command, string output)
    {
        var run = await Tool.RunAsync(
            command, _folder.At("ratings.csv"), output, _folder.At("out.json"), "--feedback", "explicit",
            "--device", "cpu");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--weight-column"));
    }

    [Test]
    public async Task Evaluate_ModelOfRatingsWithoutTheirColumn_IsRefused()
    {
        await TrainAsync();

        var run = await Tool.RunAsync(
            "evaluate", "--model", _folder.At("model"), "--test", _folder.At("ratings.csv"), "--device", "cpu");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--weight-column"));
    }

    [Test]
    public async Task Train_StoppedByAnErrorOfPreferences_IsRefused()
    {
        var run = await Tool.RunAsync(
        [
            "train", _folder.At("ratings.csv"), "--output", _folder.At("model"), "--validation-fraction", "0.3",
            "--metric", "rmse", .. Explicit,
        ]);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--metric rmse_rating"));
    }

    [Test]
    public async Task Reports_OfRatings_SayWhatTheyAre()
    {
        WriteMany();

        await Tool.SucceedAsync(
        [
            "train", _folder.At("many.csv"), "--output", _folder.At("model"), "--report", _folder.At("train.html"),
            .. Explicit,
        ]);
        await Tool.SucceedAsync(
        [
            "evaluate", _folder.At("many.csv"), "--output", _folder.At("metrics.json"),
            "--report", _folder.At("evaluate.html"), "--bootstrap", "0", .. Explicit,
        ]);
        await Tool.SucceedAsync(
        [
            "tune", _folder.At("many.csv"), "--output", _folder.At("tuned"), "--regularization", "0.1,1",
            "--iterations", "2", .. Explicit,
        ]);

        foreach (var page in (string[])["train.html", "evaluate.html"])
            Assert.That(
                File.ReadAllText(_folder.At(page)),
                Does.Contain("feedback explicit").And.Contain("top rated").And.Not.Contain("alpha"),
                page);
        Assert.That(
            (string)JsonNode.Parse(File.ReadAllText(_folder.At("metrics.json")))!["options"]!["feedback"]!,
            Is.EqualTo("explicit"));
        Assert.That(
            File.ReadAllText(_folder.At("tuned", "tune.json")),
            Does.Contain("\"feedback\": \"explicit\"").And.Contain("rmse_rating"));
    }

    [Test]
    public async Task Train_Validated_IsComparedByTheErrorOfRatings()
    {
        WriteMany();

        await Tool.SucceedAsync(
        [
            "train", _folder.At("many.csv"), "--output", _folder.At("model"), "--validation-fraction", "0.3",
            .. Explicit,
        ]);

        Assert.That(
            (string)JsonNode.Parse(File.ReadAllText(_folder.At("model", "manifest.json")))!["validation"]!["metric"]!,
            Is.EqualTo("rmse_rating"));
    }

    /// <summary>The errors of the given test ratings, by hand from the factors of the model.</summary>
    [Test]
    public async Task Evaluate_Model_HasTheErrorsOfItsPredictions()
    {
        await TrainAsync();
        File.WriteAllText(_folder.At("test.csv"), "user,item,stars\nada,metal,3\ndi,folk,0\ncy,jazz,2\n");

        var run = await Tool.SucceedAsync(
            "evaluate", "--model", _folder.At("model"), "--test", _folder.At("test.csv"), "--weight-column", "stars",
            "--device", "cpu", "--output", _folder.At("metrics.csv"), "--bootstrap", "0");

        var model = await ModelReader.ReadAsync(_folder.At("model"));
        double[] errors =
            [Predict(model, "ada", "metal") - 3, Predict(model, "di", "folk"), Predict(model, "cy", "jazz") - 2];
        Assert.That(Metric("rmse_rating"), Is.EqualTo(Math.Sqrt(errors.Sum(error => error * error) / 3)).Within(1e-6));
        Assert.That(Metric("mae_rating"), Is.EqualTo(errors.Sum(Math.Abs) / 3).Within(1e-6));
        Assert.That(run.Out, Does.Contain("RMSE, rating").And.Not.Contain("preference"));
    }

    /// <summary>
    /// No list has an item rated 0 alone, and who rated 0 alone gets none: a test of these alone finds nothing of them
    /// in lists.
    /// </summary>
    [Test]
    public async Task Evaluate_ItemAndUserRatedZeroAlone_AreListedWhereRecommendListsThem()
    {
        File.AppendAllText(_folder.At("ratings.csv"), "di,punk,0\ned,jazz,0\ned,folk,0\n");
        await TrainAsync();
        File.WriteAllText(_folder.At("test.csv"), "user,item,stars\nada,punk,3\ned,metal,4\n");

        await Tool.SucceedAsync(
            "evaluate", "--model", _folder.At("model"), "--test", _folder.At("test.csv"), "--weight-column", "stars",
            "--k", "10", "--device", "cpu",
            "--output", _folder.At("metrics.csv"), "--bootstrap", "0");
        var lists = await Tool.SucceedAsync("recommend", _folder.At("model"), "--device", "cpu");

        Assert.That(lists.Out, Does.Not.Contain(",punk,").And.Not.Contain("ed,"));
        Assert.That(Metric("hit_rate"), Is.Zero);
        Assert.That(Metric("mpr"), Is.EqualTo(1));
    }

    [TestCase("random")]
    [TestCase("user")]
    [TestCase("time", "--time-column", "day")]
    [TestCase("leave-last", "--time-column", "day")]
    public async Task Evaluate_HeldOutRatings_IncludeThoseOfZero(string split, params string[] times)
    {
        WriteMany();

        var measured = await EvaluationFile.MeasureAsync(
            _folder, [_folder.At("many.csv"), "--split", split, "--k", "3", .. times, .. Explicit]);

        Assert.That(measured.Pairs.Train + measured.Pairs.HeldOut, Is.EqualTo(400), measured.Run.Error);
        Assert.That(measured.Value("rmse_rating"), Is.Positive);
    }

    [Test]
    public async Task Tune_Ratings_NamesTheCommandThatTrainsThem()
    {
        WriteMany();

        var run = await Tool.SucceedAsync(
        [
            "tune", _folder.At("many.csv"), "--metric", "rmse_rating", "--regularization", "0.1,1", "--iterations", "2",
            .. Explicit,
        ]);

        Assert.That(run.Out, Does.Match("gpuals train .*--feedback explicit").And.Not.Contain("--alpha"));
    }

    [TestCase("--metric", "rmse")]
    [TestCase("--metric", "rmse_rating", "--alpha", "1,2")]
    public async Task Tune_WhatRatingsHaveNoUseFor_IsRefused(params string[] idle)
    {
        var run = await Tool.RunAsync(["tune", _folder.At("ratings.csv"), .. Explicit, .. idle]);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(
            run.Error,
            Does.Match(
                idle.Contains("--alpha") ? "--alpha cannot be used with --feedback explicit" : "--metric rmse_rating"));
    }

    private void WriteMany() =>
        File.WriteAllLines(
            _folder.At("many.csv"),
            Enumerable.Range(0, 400).Select(i => $"u{i / 20},i{i % 20},{i % 5},{i * 7 % 100}")
                .Prepend("user,item,stars,day"));

    private Task<ToolRun> TrainAsync() => Tool.SucceedAsync(
    [
        "train", _folder.At("ratings.csv"), "--output", _folder.At("model"), "--regularization", "0.1", .. Explicit,
    ]);

    private double Metric(string name) =>
        double.Parse(
            File.ReadLines(_folder.At("metrics.csv")).Select(line => line.Split(','))
                .Single(cells => cells[0] == "gpuals" && cells[1] == name)[3],
            CultureInfo.InvariantCulture);

    private static (int User, int Item) Indices(FactorModel model, string user, string item)
    {
        Assert.That(model.Users.TryFind(user, out var row) & model.Items.TryFind(item, out var column), Is.True);
        return (row, column);
    }

    private static float Rating(FactorModel model, string user, string item)
    {
        var (row, column) = Indices(model, user, item);
        return model.Plays.RowValues(row)[model.Plays.RowIndices(row).BinarySearch(column)];
    }

    private static double Predict(FactorModel model, string user, string item)
    {
        var (row, column) = Indices(model, user, item);
        return Enumerable.Range(0, 2).Sum(
            i => (double)model.UserFactors[row][i] * model.ItemFactors[column][i]);
    }
}
