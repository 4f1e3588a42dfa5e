using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GpuAls.Tests.Cli;

public sealed class TuneCommandTests : SamplePlaysFixture
{
    /// <summary>What the project began with: rank, alpha and regularization by RMSE on 80/20.</summary>
    [Test]
    public async Task Tune_GridByRmse_ShowsAllTrialsBestFirst()
    {
        var run = await TuneAsync(
            "--rank", "2,6", "--alpha", "1,40", "--regularization", "0.01,0.1,1", "--metric", "rmse",
            "--iterations", "5", "--output", Folder.At("grid"));

        Assert.That(
            run.Out, Does.Match("trial +rank +regularization +alpha +rmse_preference +best iteration +iterations"));
        var values = Trials("grid").Select(trial => Measured(trial, "rmse_preference")).ToArray();
        Assert.That(values, Has.Length.EqualTo(12).And.Ordered.Ascending);
        Assert.That(run.Out, Does.Contain("12 trials, best first; lower is better."));
        Assert.That(run.Error, Does.Contain("trial 12/12: "));
    }

    [TestCase("--search", "random", "--trials", "4", "--rank", "2..8", "--regularization", "0.01..10")]
    [TestCase("--search", "halving", "--trials", "9", "--rank", "2,3,4", "--alpha", "1..40", "--iterations", "9")]
    [TestCase("--search", "halving", "--rank", "2,3,4", "--alpha", "1,10,40", "--iterations", "9", "--patience", "0")]
    [TestCase("--folds", "3", "--rank", "2,3", "--iterations", "3")]
    [TestCase(
        "--split", "leave-out", "--rank", "2,3", "--iterations", "3", "--preset", "spark", "--metric", "recall@5")]
    [TestCase(
        "--confidence", "linear,log", "--epsilon", "0.5,2", "--rank", "3", "--regularization-scaling", "count,ials",
        "--regularization-exponent", "0.5", "--iterations", "2")]
    public async Task Tune_AnySearch_GivesTheSameTwice(params string[] options)
    {
        var first = await TuneAsync(options);
        var second = await TuneAsync(options);

        Assert.That(second.Out, Is.EqualTo(first.Out));
        Assert.That(first.Out, Does.Match(@"0\.\d{4} \[0\.\d{4}, 0\.\d{4}\]"));
    }

    /// <summary>What the first trials came to decides the next ones, so all of them have to be the same.</summary>
    [TestCase("--preset", "spark", "--trials", "12", "--iterations", "4")]
    [TestCase("--search", "random", "--trials", "4", "--rank", "4", "--iterations", "4")]
    [TestCase("--search", "halving", "--trials", "6", "--iterations", "9")]
    [TestCase("--feedback", "explicit", "--rank", "2", "--trials", "10", "--iterations", "4")]
    public async Task Tune_WithoutRanges_GivesTheSameTwice(params string[] options)
    {
        var first = await TuneAsync(options);
        var second = await TuneAsync(options);

        Assert.That(second.Out, Is.EqualTo(first.Out));
    }

    [Test]
    public async Task Tune_WithoutRanges_SearchesAllOptionsThenTheRank()
    {
        var run = await TuneAsync(
            "--search", "bayes", "--iterations", "5", "--trials", "14", "--rank", "2..16",
            "--output", Folder.At("all"));

        Assert.That(run.Out, Does.Match("trial +objective +rank +λ +α₀ +ν +scaling +α +ε +confidence +ndcg@10"));
        Assert.That(run.Out, Does.Match(@"--regularization +λ +\d+ %").And.Match(@"options together +\d+ %"));
        Assert.That(run.Out, Does.Contain("with so few, take it as a hint"));
        var trials = Trials("all").OrderBy(trial => (int)trial["result"]!["trial"]!).ToArray();
        Assert.That(
            trials.Take(14).Select(trial => (int)trial["options"]!["rank"]!), Is.All.EqualTo(16),
            "the rank next to 32 first");
        Assert.That((int)trials[14]["options"]!["rank"]!, Is.EqualTo(8));
        Assert.That(trials.Take(14).Select(trial => (double)trial["options"]!["alpha"]!), Is.Unique);
        Assert.That(run.Out, Does.Match("1[5-7] trials, the 10 best shown"));
    }

    [Test]
    public async Task Tune_OptionsGiven_AreFixedOrSearchedInstead()
    {
        await TuneAsync(
            "--search", "bayes", "--trials", "12", "--iterations", "3", "--rank", "3", "--confidence", "linear",
            "--alpha", "2..5", "--regularization", "0.5,0.25", "--output", Folder.At("some"));

        var options = Trials("some").Select(trial => trial["options"]!).ToArray();
        Assert.That(options.Select(one => (int)one["rank"]!), Is.All.EqualTo(3));
        Assert.That(options.Select(one => (string)one["confidence"]!), Is.All.EqualTo("linear"));
        Assert.That(options.Select(one => (double)one["alpha"]!), Is.All.InRange(2, 5));
        Assert.That(
            options.Select(one => (double)one["regularization"]!).Distinct(), Is.EquivalentTo(new[] { 0.5, 0.25 }));
        Assert.That(options.Select(one => (string)one["regularization_scaling"]!).Distinct().Count(), Is.EqualTo(3));
    }

    /// <summary>A search that was killed proposes what it would have; more trials go on after those there.</summary>
    [Test]
    public async Task Tune_BayesAgain_GoesOnAfterTheTrialsThatAreThere()
    {
        string[] options = ["--output", Folder.At("killed"), "--iterations", "3", "--rank", "4,8", "--search", "bayes"];
        var whole = await TuneAsync([.. options, "--trials", "12"]);
        var journal = File.ReadAllLines(Folder.At("killed", "journal.jsonl"));
        Assert.That(journal, Has.Length.EqualTo(1 + 13));
        File.WriteAllText(
            Folder.At("killed", "journal.jsonl"), string.Join('\n', journal[..10]) + "\n" + journal[10][..20]);

        var resumed = await TuneAsync([.. options, "--trials", "12"]);
        Assert.That(resumed.Out, Is.EqualTo(whole.Out));
        Assert.That(resumed.Error, Does.Contain("9 of 13 trials done already").And.Not.Contain("trial 9/13"));

        var more = await TuneAsync([.. options, "--trials", "14"]);
        var before = File.ReadAllLines(Folder.At("killed", "trials.csv"));
        Assert.That(before, Has.Length.EqualTo(1 + 15));
        Assert.That(more.Error, Does.Contain("trial 15/15").And.Not.Contain("trial 12/15"));
        await RefusedAsync([.. options, "--trials", "14"], ["--objective", "hkv"], "the list of options given was");
    }

    [Test]
    public async Task Tune_TimeThatIsOver_SaysHowManyTrialsThereWere()
    {
        var run = await TuneAsync(
            "--time", "1.5s", "--iterations", "3", "--rank", "4", "--output", Folder.At("timed"));

        Assert.That(run.Out, Does.Match(@"\d+ trials? in 1\.5s, (the 10 best shown|best first); higher is better"));
        Assert.That(run.Error, Does.Match("trial 1: --").And.Not.Contain("1000"));
        var report = JsonNode.Parse(File.ReadAllText(Folder.At("timed", "tune.json")))!;
        Assert.That((string)report["search"]!["time"]!, Is.EqualTo("1.5s"));
        Assert.That((bool)report["is_time_over"]!);
    }

    /// <summary>
    /// The command that is printed trains what was found: its own metric on the same plays is that of the trial.
    /// </summary>
    [Test]
    public async Task Tune_CommandOfTheBest_TrainsIt()
    {
        var run = await TuneAsync(
            "--output", Folder.At("found"), "--rank", "2,5", "--alpha", "1,9", "--confidence", "log",
            "--epsilon", "0.5", "--preset", "ials", "--unobserved-weight", "0.2",
            "--regularization", "0.003,0.03", "--iterations", "4", "--first", "items", "--seed", "7");

        var command = run.Out.Trim().Split('\n')[^1];
        Assert.That(File.ReadAllText(Folder.At("found", "train.txt")).Trim(), Is.EqualTo(command));
        var words = command.Split(' ').Skip(1).Select(word => word == "model" ? Folder.At("model") : word);
        await Tool.SucceedAsync([.. words, "--device", "cpu"]);
        var trained = JsonNode.Parse(File.ReadAllText(Folder.At("model", "manifest.json")))!["options"]!.AsObject();
        var best = JsonNode.Parse(File.ReadAllText(Folder.At("found", "tune.json")))!["trials"]![0]!;
        var asked = best["options"]!.AsObject();
        asked["iterations"] = (int)best["result"]!["best_iteration"]!;
        Assert.That(trained.ToJsonString(), Is.EqualTo(asked.ToJsonString()));
    }

    [Test]
    public async Task Tune_BestIterationBeforeTheLast_IsThatOfTheCommand()
    {
        var run = await TuneAsync(
            "--rank", "2,5", "--alpha", "40", "--regularization", "0.01", "--iterations", "12", "--metric", "auc",
            "--output", Folder.At("early"));

        var best = (int)Trials("early")[0]["result"]!["best_iteration"]!;
        Assert.That(best, Is.LessThan(12));
        Assert.That(run.Out, Does.Contain($" --iterations {best} "));
    }

    [Test]
    public async Task Tune_ToAFolder_WritesTrialsAndIterations()
    {
        await TuneAsync(
            "--output", Folder.At("trials"), "--rank", "2,5", "--alpha", "1,9", "--iterations", "3", "--patience", "0",
            "--loss");

        var folder = Folder.At("trials");
        Assert.That(
            Directory.GetFiles(folder).Select(Path.GetFileName),
            Is.EquivalentTo(new[]
            {
                "iterations.csv", "iterations.parquet", "journal.jsonl", "train.txt",
                "trials.csv", "trials.parquet", "tune.json",
            }));
        var trials = File.ReadAllLines(Folder.At("trials", "trials.csv"));
        Assert.That(
            trials[0],
            Does.StartWith(
                "trial,confidence,epsilon,alpha,regularization_scaling,regularization_exponent,unobserved_weight,"
                + "regularization,rank,iterations,metric,value,low,high,best_iteration,trained_iterations,rung,seconds,"
                + "failure,precision@10"));
        Assert.That(trials, Has.Length.EqualTo(5));
        var iterations = File.ReadAllLines(Folder.At("trials", "iterations.csv"));
        Assert.That(iterations, Has.Length.EqualTo(1 + (4 * 3)));
        Assert.That(
            iterations.Count(line => Regex.IsMatch(line, @"^\d,\d,0\.\d+,\d+(\.\d+)?,")),
            Is.EqualTo(4),
            "measured once a trial");
        var values = await ReadParquetAsync(Folder.At("trials", "trials.parquet"), "value");
        Assert.That(
            values,
            Is.EqualTo(trials.Skip(1).Select(line => double.Parse(line.Split(',')[11], CultureInfo.InvariantCulture))));
    }

    [Test]
    public async Task Tune_Again_TakesTheTrialsThatAreThere()
    {
        string[] options =
        [
            "--output", Folder.At("again"), "--search", "halving", "--iterations", "27",
            "--rank", "2,3,4", "--alpha", "1,9,20",
            "--confidence", "linear", "--regularization", "0.01", "--regularization-scaling", "none",
        ];
        var whole = await TuneAsync(options);
        var journal = File.ReadAllLines(Folder.At("again", "journal.jsonl"));
        File.WriteAllText(
            Folder.At("again", "journal.jsonl"), string.Join('\n', journal[..8]) + "\n" + journal[8][..20]);

        var resumed = await TuneAsync(options);

        Assert.That(resumed.Out, Is.EqualTo(whole.Out));
        Assert.That(
            resumed.Error,
            Does.Contain("7 of 13 trials done already").And.Contain("trial 8/13").And.Not.Contain("trial 7/13"));
        await RefusedAsync(options, ["--metric", "auc"], "--metric was ndcg@10, and is auc now");
        await RefusedAsync(options, ["--loss"], "--loss was false, and is true now");
        await RefusedAsync(options, ["--solver", "cg", "--cg-steps", "5"], "--cg-steps was 3, and is 5 now");
        await RefusedAsync(
            options, ["--preset", "implicit", "--init", "normal", "--acceleration", "momentum"],
            "the offset of --preset was 0, and is -1 now");
        var otherPlays = await Tool.RunAsync([.. Arguments(options), "--test-fraction", "0.3"]);
        Assert.That(otherPlays.Error, Does.Contain("the plays, or how they are divided, are others"));
        var anew = await TuneAsync([.. options, "--overwrite"]);
        Assert.That(anew.Error, Does.Contain("trial 1/13").And.Not.Contain("done already"));
    }

    /// <summary>What is asked for anew is thrown away when the plays are there, not before.</summary>
    [Test]
    public async Task Tune_OverwriteOfAFailingRun_KeepsTheTrials()
    {
        string[] options = ["--output", Folder.At("kept"), "--rank", "2,3", "--iterations", "2"];
        await TuneAsync(options);
        var files = Directory.GetFiles(Folder.At("kept")).ToDictionary(path => path, File.ReadAllText);

        var failed = await Tool.RunAsync([.. Arguments(options), "--overwrite", "--user-column", "nobody"]);

        Assert.That(failed.ExitCode, Is.EqualTo(3), failed.Error);
        Assert.That(
            Directory.GetFiles(Folder.At("kept")).ToDictionary(path => path, File.ReadAllText),
            Is.EquivalentTo(files));
    }

    [Test]
    public async Task Tune_OverwriteWhileAnotherRunHasTheFolder_IsRefused()
    {
        string[] options = ["--output", Folder.At("shared"), "--rank", "2,3", "--iterations", "2"];
        await TuneAsync(options);
        var journal = Folder.At("shared", "journal.jsonl");
        using (new FileStream(journal, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            var refused = await Tool.RunAsync([.. Arguments(options), "--overwrite"]);

            Assert.That(refused.ExitCode, Is.EqualTo(5), refused.Error);
        }

        Assert.That(Directory.GetFiles(Folder.At("shared")), Has.Length.EqualTo(7));
    }

    [Test]
    public async Task Tune_AgainWithAPageThatIsThere_SaysWhatOverwriteWouldDo()
    {
        string[] options =
        [
            "--output", Folder.At("paged"), "--report", Folder.At("page.html"), "--rank", "2,3", "--iterations", "2",
        ];
        await TuneAsync(options);

        var refused = await Tool.RunAsync(Arguments(options));

        Assert.That(refused.ExitCode, Is.EqualTo(5), refused.Error);
        Assert.That(refused.Error, Does.Contain("--overwrite would restart the search"));
        Assert.That(File.Exists(Folder.At("paged", "trials.csv")));
    }

    [Test]
    public async Task Tune_Overwrite_RemovesWhatTheOtherSearchCameTo()
    {
        string[] options = ["--output", Folder.At("anew"), "--iterations", "2"];
        await TuneAsync([.. options, "--rank", "2,3"]);

        var failed = await Tool.RunAsync([.. Arguments(options), "--overwrite", "--rank", "300,400"]);

        Assert.That(failed.ExitCode, Is.EqualTo(3), failed.Error);
        Assert.That(
            Directory.GetFiles(Folder.At("anew")).Select(Path.GetFileName), Is.EqualTo(new[] { "journal.jsonl" }));
    }

    /// <summary>Plays that cannot be predicted make every RMSE NaN: there is no best trial.</summary>
    [Test]
    public async Task Tune_MetricThatIsNoNumber_FailsAndSaysWhy()
    {
        var train = File.ReadAllLines(PlaysFile);
        File.WriteAllLines(Folder.At("some.csv"), train.Where((_, row) => row % 4 != 3));
        File.WriteAllLines(
            Folder.At("others.csv"), [.. train.Where((_, row) => row == 0 || row % 4 == 3), "9999999,8888888,1"]);

        var run = await Tool.RunAsync(
            "tune", Folder.At("some.csv"), "--test", Folder.At("others.csv"), "--weight-column", "plays",
            "--device", "cpu", "--rank", "2,3", "--iterations", "2", "--metric", "rmse", "--cold-start", "nan");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(
            run.Error,
            Does.Contain("rmse_preference is no number after any iteration").And.Contain("--cold-start drop"));
        Assert.That(run.Out, Is.Empty);
    }

    [Test]
    public async Task Tune_MetricWithoutIntervals_SaysNothingOfThem()
    {
        var run = await TuneAsync("--rank", "2,3", "--iterations", "2", "--metric", "coverage@5");

        Assert.That(run.Out, Does.Contain("higher is better.").And.Not.Contain("Brackets"));
    }

    [Test]
    public async Task Tune_TestFile_IsWhatTrialsAreMeasuredWith()
    {
        string[] files =
        [
            TrainFile, "--test", TestFile, "--weight-column", "plays", "--device", "cpu",
            "--bootstrap", "0", "--iterations", "3",
        ];

        await Tool.SucceedAsync(
        [
            "tune", .. files, "--rank", "4,5", "--patience", "0", "--metric", "recall@10",
            "--output", Folder.At("given"),
        ]);
        var evaluated = await EvaluationFile.MeasureAsync(Folder, [.. files, "--rank", "5", "--k", "10"]);

        var trial = Trials("given").Single(trial => (int)trial["options"]!["rank"]! == 5);
        Assert.That(Measured(trial, "recall"), Is.EqualTo(evaluated.Value("recall", 10)));
        Assert.That((int)trial["result"]!["best_iteration"]!, Is.EqualTo(3));
    }

    [Test]
    public async Task Tune_TrialThatFails_IsShownAndTheOthersGoOn()
    {
        var run = await TuneAsync("--rank", "2,400", "--iterations", "2", "--log-format", "json");

        Assert.That(run.Out, Does.Match(@"\d +400 +failed"));
        Assert.That(run.Error, Does.Match("\"event\":\"trial\".*\"failure\":\"--rank 400 is larger"));
    }

    [TestCase(
        new[] { "--search", "grid", "--rank", "8" }, "there is nothing to search: --search grid tries the values")]
    [TestCase(
        new[]
        {
            "--rank", "8", "--confidence", "linear", "--alpha", "1", "--objective", "hkv", "--unobserved-weight", "1",
            "--regularization-scaling", "count", "--regularization", "0.1",
        },
        "there is nothing to search: every option has one value")]
    [TestCase(
        new[] { "--search", "bayes", "--iterations", "4,5" },
        "--search bayes takes the best iteration of each trial, so --iterations takes one value")]
    [TestCase(new[] { "--time", "10" }, "--time is '10'; expected a time such as 30s, 10min or 2h.")]
    [TestCase(
        new[] { "--time", "1h", "--search", "halving" },
        "--time cannot be used with --search halving, whose rungs share out a number of trials; use --search bayes")]
    [TestCase(new[] { "--trials", "0" }, "--trials is 0; expected 1 to 100000")]
    [TestCase(new[] { "--search", "tpe" }, "--search is 'tpe'; expected grid, random, halving or bayes.")]
    [TestCase(new[] { "--rank", "8..16" }, "--rank is a range, and a grid needs values")]
    [TestCase(new[] { "--rank", "8,x" }, "--rank is '8,x'; expected integers such as 32,64,128")]
    [TestCase(new[] { "--rank", "8,9", "--trials", "3" }, "--trials cannot be used with --search grid")]
    [TestCase(new[] { "--rank", "8,9", "--eta", "3" }, "--eta requires --search halving")]
    [TestCase(
        new[] { "--rank", "8,9", "--search", "halving", "--iterations", "4,5" },
        "so --iterations takes one value")]
    [TestCase(new[] { "--rank", "8,9", "--metric", "loss" }, "--metric loss cannot compare trials")]
    [TestCase(new[] { "--rank", "8,9", "--metric", "ndcg" }, "--metric is 'ndcg'; expected one of")]
    [TestCase(new[] { "--rank", "8,9", "--overwrite" }, "--overwrite requires --output")]
    [TestCase(new[] { "--rank", "8,9", "--split", "time" }, "--split time requires --time-column")]
    [TestCase(new[] { "--alpha", "0,1" }, "--alpha is 0")]
    [TestCase(new[] { "--search", "random", "--rank", "0..9:linear" }, "--rank is 0; expected 1 to 2048")]
    [TestCase(new[] { "--search", "random", "--rank", "8..3000" }, "--rank is 3000; expected 1 to 2048")]
    public async Task Tune_BadOptions_AreWrongUsage(string[] options, string message)
    {
        var run = await Tool.RunAsync(["tune", PlaysFile, "--weight-column", "plays", "--device", "cpu", .. options]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(message));
    }

    [Test]
    public async Task Tune_FolderWithOtherFiles_IsLeftAlone()
    {
        Directory.CreateDirectory(Folder.At("other"));
        File.WriteAllText(Folder.At("other", "letter.txt"), "dear");

        string[] options = ["--rank", "2,3", "--output", Folder.At("other"), "--overwrite"];
        var run = await Tool.RunAsync(Arguments(options));

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(Directory.GetFiles(Folder.At("other")), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Tune_BadInput_LeavesNoFolder()
    {
        var run = await Tool.RunAsync(
            "tune", PlaysFile, "--user-column", "nobody", "--rank", "2,3", "--output", Folder.At("deep", "none"),
            "--device", "cpu");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(Directory.Exists(Folder.At("deep")), Is.False);
    }

    [Test]
    public async Task Tune_PlaysInTheFolder_AreRefused()
    {
        var run = await Tool.RunAsync([.. Arguments(["--rank", "2,3", "--output", Folder.Root])]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain("is inside --output"));
    }

    [Test]
    public async Task Tune_Quiet_PrintsTheTableOnly()
    {
        var run = await TuneAsync("--rank", "2,3", "--iterations", "2", "--quiet");

        Assert.That(run.Error, Is.Empty);
        Assert.That(run.Out, Does.Contain("2 trials, best first"));
    }

    private async Task RefusedAsync(string[] options, string[] changed, string message)
    {
        var refused = await Tool.RunAsync([.. Arguments(options), .. changed]);
        Assert.That(refused.ExitCode, Is.EqualTo(5), refused.Error);
        Assert.That(refused.Error, Does.Contain(message));
    }

    private Task<ToolRun> TuneAsync(params string[] options) => Tool.SucceedAsync(Arguments(options));

    private string[] Arguments(string[] options) =>
    [
        "tune", PlaysFile, "--weight-column", "plays", "--device", "cpu", "--bootstrap", "100", .. options,
    ];

    /// <summary>The trials of a search, best first, from its JSON.</summary>
    private JsonNode[] Trials(string folder)
    {
        var report = JsonNode.Parse(File.ReadAllText(Folder.At(folder, "tune.json")))!;
        return [.. report["trials"]!.AsArray().Select(trial => trial!)];
    }

    /// <summary>The metric of a trial; of several lengths the first.</summary>
    private static double Measured(JsonNode trial, string metric) => (double)trial["result"]!["metrics"]!.AsArray()
        .First(value => (string)value!["metric"]! == metric)!["value"]!;
}
