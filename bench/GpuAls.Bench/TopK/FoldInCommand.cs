using System.CommandLine;
using System.Diagnostics;

namespace GpuAls.Bench.TopK;

/// <summary>
/// bench fold-in: the time from a model in memory to the factors of one new user, and that of preparing the model.
/// </summary>
internal static class FoldInCommand
{
    private const int Runs = 501;

    private static readonly Option<int> Items = Number("--items", "items of the model", 1_000_000);
    private static readonly Option<int> Rank = Number("--rank", "rank", 64);
    private static readonly Option<int> Plays = Number("--plays", "plays of the user", 100);
    private static readonly Option<int> Threads = Number("--threads", "threads", Environment.ProcessorCount);

    public static Command Create()
    {
        var command = new Command("fold-in", "Verifies and times folding in one new user on the CPU.")
        {
            Items, Rank, Plays, Threads,
        };
        command.SetAction(Print);
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static int Print(ParseResult result)
    {
        var (items, rank, plays) = (result.GetValue(Items), result.GetValue(Rank), result.GetValue(Plays));
        var model = Model(items, rank);
        using var engine = new HostEngine(result.GetValue(Threads));
        var clock = Stopwatch.StartNew();
        using var fold = new FoldIn(model, engine);
        var prepared = clock.Elapsed;
        var users = Enumerable.Range(0, Runs).Select(run => User(run, items, plays)).ToArray();
        Verify(model, users[0], fold.Solve(users[0]).ToArray());
        var times = users.Select(user =>
        {
            var start = Stopwatch.GetTimestamp();
            fold.Solve(user);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }).Order().ToArray();
        Console.WriteLine(FormattableString.Invariant(
            $"{items:N0} items, rank {rank}, {plays} plays: prepared in {prepared.TotalMilliseconds:F0} ms; a user "));
        var (median, most) = (times[Runs / 2], times[Runs * 99 / 100]);
        Console.WriteLine(FormattableString.Invariant($"median {median:F3} ms, 99 % below {most:F3} ms"));
        return 0;
    }

    private static FactorModel Model(int items, int rank)
    {
        var options = AlsOptions.Default with { Rank = rank };
        return new FactorModel(
            new IdIndex<int>([0]), new IdIndex<int>([.. Enumerable.Range(0, items)]),
            new CsrMatrix(items, [0, 1], [0], [1]), options,
            FactorInitializer.Create(1, Side.Users, options), FactorInitializer.Create(items, Side.Items, options));
    }

    private static CsrMatrix User(int run, int items, int plays)
    {
        var random = SeededRandom.Of(1, (ulong)run);
        var played = new SortedSet<int>();
        while (played.Count < plays) played.Add(random.Next(items));
        return new CsrMatrix(
            items, [0, plays], [.. played], [.. Enumerable.Range(0, plays).Select(play => 1f + (play % 7))]);
    }

    /// <summary>The residual of the normal equations, with YᵀY summed plainly in fp64.</summary>
    private static void Verify(FactorModel model, CsrMatrix plays, float[] x)
    {
        var (rank, options) = (model.Rank, model.Options);
        var residual = x.Select(value => options.Regularization * plays.EntryCount * (double)value).ToArray();
        for (var item = 0; item < model.Items.Count; item++)
        {
            var y = model.ItemFactors[item];
            var entry = plays.RowIndices(0).BinarySearch(item);
            var weight = options.UnobservedWeight
                + (entry < 0 ? 0 : options.Alpha * Math.Log(1 + (plays.RowValues(0)[entry] / options.Epsilon)));
            double dot = 0;
            for (var i = 0; i < rank; i++) dot += (double)y[i] * x[i];
            for (var i = 0; i < rank; i++) residual[i] += weight * (dot - (entry < 0 ? 0 : 1)) * y[i];
        }

        var largest = residual.Max(Math.Abs);
        if (!(largest < 1e-2)) throw new InvalidOperationException($"the residual is {largest:g3}.");
    }
}
