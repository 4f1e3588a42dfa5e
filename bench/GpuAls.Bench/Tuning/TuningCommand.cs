using System.CommandLine;
using GpuAls.Bench.Quality;
using Spectre.Console;

namespace GpuAls.Bench.Tuning;

/// <summary>bench tuning: what a few trials of gpuals tune find, against many random ones.</summary>
internal static class TuningCommand
{
    private static readonly DataSet[] Sets = [DataSet.HetRec, DataSet.CiteULike, DataSet.MovieLens];

    public static Command Create()
    {
        var data = DataSet.FolderOption("folder with the data sets");
        var set = new Option<string>("--set")
        {
            Description = "only the sets whose names begin like this",
            DefaultValueFactory = _ => "",
            HelpName = "NAME",
        };
        var rank = Number("--rank", "rank of all trials", 32);
        var first = Number("--first", "seed of the first split and searches", 1);
        var seeds = Number("--seeds", "number of splits and searches, with seeds in a row", 5);
        var threads = Number("--threads", "threads; results don't depend on them", Environment.ProcessorCount);
        var bayes = Number("--bayes", "trials with --search bayes", 25);
        var random = Number("--random", "trials with --search random", 200);
        var trials = new Option<string?>("--trials")
        {
            Description = "file for all trials, as CSV; those that it has are not repeated",
            HelpName = "FILE",
        };
        var command = new Command("tuning", "Compares --search bayes with random trials of the same space.")
        {
            data, set, rank, first, seeds, threads, bayes, random, trials,
        };
        command.SetAction((result, cancellation) =>
        {
            var plan = new Plan(
                result.GetValue(data)!, result.GetValue(set)!, result.GetValue(rank), result.GetValue(first),
                result.GetValue(seeds), result.GetValue(threads),
                result.GetValue(bayes), result.GetValue(random), result.GetValue(trials));
            return DataSet.InFolderAsync(folder => RunAsync(plan, folder, cancellation));
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int usual) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        HelpName = "N",
    };

    private static async Task RunAsync(Plan plan, string folder, CancellationToken cancellation)
    {
        using var engine = new HostEngine(plan.Threads);
        var table = ResultTable.Create(
            ["set"],
            [
                "seed", "bayes", "random", "share", "the same after", "test: defaults", "bayes", "random", "share",
                "seconds: bayes", "random",
            ]);
        foreach (var set in Sets)
        {
            if (!set.Name.StartsWith(plan.Set, StringComparison.Ordinal)) continue;
            var plays = await set.LoadAsync(plan.Data, folder, cancellation).ConfigureAwait(false);
            using var known = new TrialFile(plan.Trials, set.Name);
            var pairs = new List<Pair>();
            for (var seed = plan.First; seed < plan.First + plan.Seeds; seed++)
            {
                using var contest = new Contest(engine, plays, plan.Rank, seed);
                var usual = contest.Test(contest.Usual, cancellation);
                var bayes = contest.Search(SearchKind.Bayes, plan.Bayes, known, cancellation);
                var random = contest.Search(SearchKind.Random, plan.Random, known, cancellation);
                pairs.Add(new Pair(usual, bayes, random));
                table.AddRow(Row(set.Name, $"{seed}", pairs[^1]));
                Console.Error.WriteLine(string.Join("  ", Row(set.Name, $"{seed}", pairs[^1])));
            }

            table.AddRow(
            [
                set.Name, "mean", "", "", Share(pairs.Average(pair => pair.Share)), "", "", "", "",
                Share(pairs.Average(pair => pair.TestShare)), "", "",
            ]);
        }

        ResultTable.Print(
            table, Console.Out, Machine.Line,
            ResultTable.Text($"NDCG@10 at rank {plan.Rank}: the best of {plan.Bayes} trials of --search bayes and of ")
            + ResultTable.Text($"{plan.Random} of --search random, both without ranges. Share: bayes in proportion to ")
            + "random. The same after: the trials that random search takes, on average, to come as far as bayes. Test: "
            + "the best of each, trained with the plays it was measured on, on plays that no search has seen.",
            "");
    }

    private static string[] Row(string set, string seed, Pair pair) =>
    [
        set, seed, Text(pair.Bayes.Validation), Text(pair.Random.Validation), Share(pair.Share),
        pair.RandomTrials is var trials && double.IsFinite(trials) ? ResultTable.Text(trials, "F0") : "never",
        Text(pair.Usual), Text(pair.Bayes.Test), Text(pair.Random.Test), Share(pair.TestShare),
        ResultTable.Text(pair.Bayes.Seconds, "F0"), ResultTable.Text(pair.Random.Seconds, "F0"),
    ];

    private static string Text(double metric) => ResultTable.Text(metric, "F4");

    private static string Share(double share) => ResultTable.Text(share, "P1");

    private sealed record Plan(
        string Data, string Set, int Rank, int First, int Seeds, int Threads, int Bayes, int Random,
        string? Trials);

    private sealed record Pair(double Usual, Outcome Bayes, Outcome Random)
    {
        public double Share => Bayes.Validation / Random.Validation;

        public double TestShare => Bayes.Test / Random.Test;

        /// <summary>
        /// Of n random trials, k at least as good as the best of bayes: the first of those is on average at
        /// (n + 1) / (k + 1).
        /// </summary>
        public double RandomTrials => Random.Trials.Count(value => value >= Bayes.Validation) is var better and > 0
            ? (Random.Trials.Length + 1.0) / (better + 1)
            : double.PositiveInfinity;
    }
}
