using System.Text.Json.Nodes;
using GpuAls.App;

namespace GpuAls.Tests.Cli;

public sealed class EvaluateCommandTests : SamplePlaysFixture
{
    [Test]
    public async Task Evaluate_Plays_PrintsRankingMetricsOfAllMethods()
    {
        var run = await EvaluateAsync(PlaysFile);

        Assert.That(run.Out, Does.Match("gpuals +most popular +items by Jaccard +items by cosine"));
        string[] metrics =
        [
            "precision@5", "recall@10", "MAP@20", "NDCG@10", "MRR@10", "hit rate@5", "novelty@20", "AUC",
            "mean percentile rank", "coverage@10",
        ];
        foreach (var metric in metrics) Assert.That(run.Out, Does.Match($@"{metric} +\d+\.\d+"));
        Assert.That(run.Out, Does.Match(@"NDCG@10 +(0\.\d{4} \[0\.\d{4}, 0\.\d{4}\] *){4}"));
    }

    /// <summary>RMSE of play counts is a large number that says nothing; a file has it, a person asks for it.</summary>
    [Test]
    public async Task Evaluate_Plays_ShowsErrorsWhereAllMetricsAreAskedFor()
    {
        var run = await EvaluateAsync(
            PlaysFile, "--output", Folder.At("plays.json"), "--report", Folder.At("plays.html"));
        var all = await EvaluateAsync(PlaysFile, "--metrics", "all", "--report", Folder.At("all.html"));

        string[] errors = ["RMSE, preference", "MAE, preference", "RMSE, rating", "MAE, rating"];
        Assert.That(run.Out, Does.Not.Match("(RMSE|MAE), ").And.Contain("To see them: --metrics all"));
        Assert.That(File.ReadAllText(Folder.At("plays.html")), Does.Not.Match("(RMSE|MAE), "));
        foreach (var error in errors)
        {
            Assert.That(all.Out, Does.Match($@"{error} +\d+\.\d+").And.Not.Contain("--metrics"));
            Assert.That(File.ReadAllText(Folder.At("all.html")), Does.Contain(error));
        }

        var report = JsonNode.Parse(File.ReadAllText(Folder.At("plays.json")))!;
        Assert.That((string)report["feedback"]!, Is.EqualTo("implicit"));
        Assert.That(
            report["methods"]![0]!["metrics"]!.AsArray().Select(value => (string)value!["metric"]!),
            Does.Contain("rmse_rating").And.Contain("rmse_preference"));
    }

    [Test]
    public async Task Evaluate_Intervals_AreExplainedWhereThereAreSome()
    {
        var with = await EvaluateAsync(PlaysFile);
        var without = await Tool.SucceedAsync(
            "evaluate", PlaysFile, "--weight-column", "plays", "--rank", "6", "--device", "cpu", "--bootstrap", "0");

        Assert.That(
            with.Out,
            Does.Contain("Brackets show 95 % confidence intervals from 100 bootstrap resamples of the users."));
        Assert.That(without.Out, Does.Not.Contain("Brackets"));
    }

    /// <summary>The default that help shows is one that the option takes.</summary>
    [Test]
    public async Task Evaluate_DefaultOfK_IsShownAsItIsGiven()
    {
        var help = await Tool.SucceedAsync("evaluate", "--help");
        var run = await EvaluateAsync(PlaysFile, "--k", "5,10,20");

        Assert.That(
            System.Text.RegularExpressions.Regex.Replace(help.Out, @"\s+", " "),
            Does.Contain("5,10,20").And.Not.Contain("5|10|20"));
        Assert.That(run.Out, Is.EqualTo((await EvaluateAsync(PlaysFile)).Out));
    }

    [Test]
    public async Task Evaluate_EachLongPhase_TellsHowMuchIsDoneUpToAll()
    {
        using var engine = new HostEngine(2);
        var told = new Parts();

        await new EvaluateJob(
            new EvaluateJobOptions
            {
                Locations = [PlaysFile],
                Schema = new InteractionSchema { WeightColumn = "plays" },
                Als = new AlsOptions { Rank = 4, Iterations = 2 },
                Resamples = 100,
            },
            engine,
            told).RunAsync();

        string[] methods = ["gpuals", "most popular", "items by Jaccard", "items by cosine"];
        Assert.That(
            told.All.Where(part => part.Fraction >= 1).Select(part => part.Phase),
            Is.EquivalentTo(
            [
                .. methods.Select(method => $"measuring {method}"),
                .. methods.Select(method => $"intervals of {method}"),
                "finding similar items",
            ]));
        foreach (var phase in told.All.GroupBy(part => part.Phase))
            Assert.That(phase.Select(part => part.Fraction), Is.Ordered.Ascending.And.Unique, phase.Key);
    }

    [TestCase("--split", "random")]
    [TestCase("--split", "user", "--test-fraction", "0.3")]
    [TestCase("--split", "leave-out", "--leave-out", "2")]
    [TestCase("--folds", "3", "--cold-start", "nan")]
    public async Task Evaluate_AnySplit_GivesTheSameTwice(params string[] split)
    {
        var first = await EvaluateAsync([PlaysFile, .. split]);
        var second = await EvaluateAsync([PlaysFile, .. split]);

        Assert.That(second.Out, Is.EqualTo(first.Out));
    }

    /// <summary>The plays stand for times here: those above a count are held out.</summary>
    [Test]
    public async Task Evaluate_ByTime_HoldsOutTheNewest()
    {
        var measured = await EvaluationFile.MeasureAsync(
            Folder, PlaysFile, "--split", "time", "--time-column", "plays", "--test-fraction", "0.25", "--rank", "6",
            "--device", "cpu", "--bootstrap", "0");

        var plays = File.ReadLines(PlaysFile).Skip(1)
            .Select(line => int.Parse(line.Split(',')[2], System.Globalization.CultureInfo.InvariantCulture))
            .Order().ToArray();
        var newestTrained = plays[^((plays.Length / 4) + 1)];
        var trained = plays.Count(count => count <= newestTrained);
        Assert.That(measured.Pairs, Is.EqualTo((trained, plays.Length - trained)));
        Assert.That(measured.Value("ndcg", 10), Is.InRange(0, 1));
        Assert.That(measured.HasInterval("ndcg", 10), Is.False);
        Assert.That(measured.Run.Out, Does.Not.Contain("["));
    }

    [Test]
    public async Task Evaluate_Exclude_KeepsItemsOutOfLists()
    {
        File.WriteAllLines(
            Folder.At("shown.csv"), ["user,item,plays", "a,x,1", "a,y,1", "b,y,1", "b,z,1", "c,z,1", "c,w,1"]);
        File.WriteAllLines(Folder.At("asked.csv"), ["user,item,plays", "a,z,1"]);
        File.WriteAllLines(Folder.At("hidden.csv"), ["user,item,plays", "a,w,1", "d,x,1", "b,v,1"]);
        string[] options =
        [
            Folder.At("shown.csv"), "--test", Folder.At("asked.csv"), "--k", "2", "--rank", "2", "--device", "cpu",
        ];

        var open = await EvaluationFile.MeasureAsync(Folder, options);
        var hidden = await EvaluationFile.MeasureAsync(Folder, [.. options, "--exclude", Folder.At("hidden.csv")]);

        Assert.That(open.Value("coverage", 2), Is.EqualTo(0.5), "z and w");
        Assert.That(hidden.Value("coverage", 2), Is.EqualTo(0.25), "z alone is left for a");
    }

    /// <summary>
    /// Training on the part that was held out of nothing, then measuring the saved model, is the same as doing both at
    /// once.
    /// </summary>
    [Test]
    public async Task Evaluate_ModelWithTestFile_MeasuresWhatTrainingDoes()
    {
        await Tool.SucceedAsync(
            "train", TrainFile, "--weight-column", "plays", "--output", Folder.At("model"),
            "--rank", "6", "--device", "cpu");

        var trained = await EvaluateAsync(TrainFile, "--test", TestFile);
        var saved = await Tool.SucceedAsync(
            "evaluate", "--model", Folder.At("model"), "--test", TestFile, "--weight-column", "plays",
            "--device", "cpu", "--bootstrap", "100");

        Assert.That(saved.Out, Is.EqualTo(trained.Out));
    }

    [Test]
    public async Task Evaluate_ToFiles_WritesTheNumbersShown()
    {
        var run = await EvaluateAsync(PlaysFile, "--output", Folder.At("metrics.json"));
        await EvaluateAsync(PlaysFile, "--output", Folder.At("metrics.csv"));
        await EvaluateAsync(PlaysFile, "--output", Folder.At("metrics.parquet"));

        var report = JsonNode.Parse(File.ReadAllText(Folder.At("metrics.json")))!;
        var ndcg = report["methods"]![0]!["metrics"]!.AsArray()
            .Single(value => (string)value!["metric"]! == "ndcg" && (int)value["k"]! == 10)!;
        Assert.That(
            run.Out,
            Does.Match(
                $@"NDCG@10 +{(double)ndcg["value"]!:F4} \[{(double)ndcg["low"]!:F4}, {(double)ndcg["high"]!:F4}\]"));
        Assert.That((string)report["split"]!["kind"]!, Is.EqualTo("random"));
        Assert.That((int)report["options"]!["rank"]!, Is.EqualTo(6));
        var csv = File.ReadAllLines(Folder.At("metrics.csv"));
        Assert.That(csv[0], Is.EqualTo("method,metric,k,value,low,high"));
        Assert.That(
            csv, Has.Some.StartsWith(FormattableString.Invariant($"gpuals,ndcg,10,{(double)ndcg["value"]!:R},")));
        var values = await ReadParquetAsync(Folder.At("metrics.parquet"), "value");
        Assert.That(
            values,
            Is.EqualTo(csv.Skip(1).Select(
                line => double.Parse(line.Split(',')[3], System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Test]
    public async Task Evaluate_UnseenUsersKept_LeavesErrorsUndefinedAsSparkDoes()
    {
        File.WriteAllLines(
            Folder.At("one.csv"),
            ["user,item,plays", "Nobody At All,River Meadow,3", .. File.ReadLines(PlaysFile).Skip(1).Take(30)]);
        File.WriteAllLines(Folder.At("others.csv"), ["user,item,plays", .. File.ReadLines(PlaysFile).Skip(31)]);
        string[] files =
        [
            Folder.At("others.csv"), "--test", Folder.At("one.csv"), "--weight-column", "plays", "--rank", "6",
            "--device", "cpu", "--bootstrap", "0",
        ];

        var dropped = await EvaluationFile.MeasureAsync(Folder, files);
        var kept = await EvaluationFile.MeasureAsync(Folder, [.. files, "--cold-start", "nan", "--metrics", "all"]);

        Assert.That(dropped.Run.Error, Does.Contain("held-out pairs were left out: 2 users have no play above 0"));
        Assert.That(dropped.Value("rmse_preference"), Is.InRange(0.01, 1));
        Assert.That(kept.Value("rmse_preference"), Is.Null);
        Assert.That(kept.Run.Out, Does.Match("RMSE, preference +n/a"));
    }

    [TestCase("--k", "5,x", "--k is '5,x'")]
    [TestCase("--k", "10,5", "--k has 5 after 10")]
    [TestCase("--k", "0", "--k has 0")]
    [TestCase("--folds", "1", "--folds is 1")]
    [TestCase("--test-fraction", "1", "--test-fraction is 1")]
    [TestCase("--leave-out", "2", "--leave-out requires --split leave-out or --split leave-last")]
    [TestCase("--bootstrap", "7", "--bootstrap is 7")]
    [TestCase("--output", "metrics.txt", "expected .json, .csv or .parquet")]
    [TestCase("--model", "model", "PLAYS cannot be used with --model")]
    public async Task Evaluate_BadOption_IsWrongUsage(string option, string value, string message)
    {
        var run = await Tool.RunAsync(
            "evaluate", PlaysFile, "--weight-column", "plays", "--device", "cpu", option, value);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(message));
    }

    [TestCase(new string[0], "PLAYS is missing")]
    [TestCase(new[] { "--model", "m" }, "--model requires --test FILE")]
    [TestCase(new[] { "--model", "m", "--test", "t", "--rank", "8" }, "--rank cannot be used with --model")]
    [TestCase(new[] { "p", "--split", "time" }, "--split time requires --time-column")]
    [TestCase(new[] { "p", "--split", "leave-last" }, "--split leave-last requires --time-column")]
    [TestCase(
        new[] { "p", "--split", "leave-last", "--time-column", "t", "--test-fraction", "0.1" },
        "--test-fraction cannot be used with --split leave-last")]
    [TestCase(new[] { "p", "--time-column", "t" }, "--time-column requires --half-life, --since, --until")]
    [TestCase(
        new[] { "p", "--time-column", "t", "--split", "leave-out" },
        "--time-column requires --half-life, --since, --until, or --split time or leave-last")]
    [TestCase(new[] { "p", "--exclude", "t" }, "--exclude requires --test")]
    [TestCase(new[] { "p", "--test", "t", "--folds", "3" }, "--folds cannot be used with --test")]
    public async Task Evaluate_OptionsThatContradict_AreWrongUsage(string[] options, string message)
    {
        var run = await Tool.RunAsync(["evaluate", .. options]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(message));
    }

    [Test]
    public async Task Evaluate_NothingHeldOut_IsBadInput()
    {
        var run = await Tool.RunAsync(
            "evaluate", PlaysFile, "--device", "cpu", "--split", "leave-out", "--leave-out", "1000");

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("no plays were held out, so there is nothing to test on"));
    }

    [Test]
    public async Task Evaluate_OutputThatIsAnInput_IsRefused()
    {
        var run = await Tool.RunAsync("evaluate", PlaysFile, "--device", "cpu", "--output", PlaysFile, "--overwrite");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(File.ReadLines(PlaysFile).First(), Is.EqualTo("user,item,plays"));
    }

    private static Task<ToolRun> EvaluateAsync(params string[] options) =>
        Tool.SucceedAsync(
        [
            "evaluate", .. options, "--weight-column", "plays", "--rank", "6", "--device", "cpu", "--bootstrap", "100",
        ]);

    /// <summary>Remembers the parts of phases.</summary>
    private sealed class Parts : IProgress<JobEvent>
    {
        public List<PhaseProgress> All { get; } = [];

        public void Report(JobEvent value)
        {
            if (value is PhaseProgress part) All.Add(part);
        }
    }
}
