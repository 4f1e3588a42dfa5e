using GpuAls.Bench.OnGpu;

namespace GpuAls.Bench.TopK;

/// <summary>
/// Lists without what users have played, verified, then timed: alternately from all pairs and pruned.
/// </summary>
/// <param name="Name">How the lists are made.</param>
/// <param name="Users">Lists per run.</param>
/// <param name="AllPairsSeconds">Median time of a run that scores all pairs.</param>
/// <param name="Seconds">Median time of a run that prunes.</param>
/// <param name="ScoredShare">Share of the pairs that were scored in the runs that prune.</param>
/// <param name="IsRight">
/// Whether both runs gave the same lists, and sampled ones equal those of the reference, bit for bit.
/// </param>
internal sealed record TopKCase(
    string Name, int Users, double AllPairsSeconds, double Seconds, double ScoredShare, bool IsRight)
{
    private const int SampledLists = 23;

    /// <summary>All users at once, directly on the engine.</summary>
    public static TopKCase AllUsers(TopKModel allPairs, TopKModel pruned, int k, int runs)
    {
        var lists = new[] { new Lists(allPairs.Users, k), new Lists(allPairs.Users, k) };
        void Run(TopKModel model, Lists lists) => model.Engine.TopK(
            new TopKQuery(model.Queries, RowRange.All(model.Queries), model.Items, model.Seen, k),
            lists.Indices, lists.Scores);
        Run(allPairs, lists[0]);
        Run(pruned, lists[1]);
        var isRight = lists[0].AreSame(lists[1]);
        foreach (var user in Sample(pruned.Users, SampledLists))
            isRight &= TopKReference.Equals(
                pruned.Model, pruned.Rows[user], lists[1].Indices.AsSpan(user * k, k),
                lists[1].Scores.AsSpan(user * k, k));
        return Timed(
            "all users", pruned, pruned.Users, runs, _ => Run(allPairs, lists[0]), _ => Run(pruned, lists[1]), isRight);
    }

    /// <summary>One user at a time, directly on the engine: the latency of a single list.</summary>
    public static TopKCase OneUser(TopKModel allPairs, TopKModel pruned, int k, int runs)
    {
        var users = Sample(pruned.Users, runs);
        var masks = users.Select(user => pruned.Engine.LoadPlays(pruned.Mask(user))).ToArray();
        var lists = new[] { new Lists(1, k), new Lists(1, k) };
        void Run(TopKModel model, int run, Lists list) => model.Engine.TopK(
            new TopKQuery(model.Queries, new RowRange(users[run], 1), model.Items, masks[run], k),
            list.Indices, list.Scores);
        var isRight = true;
        for (var run = 0; run < runs; run++)
        {
            Run(allPairs, run, lists[0]);
            Run(pruned, run, lists[1]);
            isRight &= lists[0].AreSame(lists[1]);
        }

        var timed = Timed(
            "one user", pruned, 1, runs, run => Run(allPairs, run, lists[0]), run => Run(pruned, run, lists[1]),
            isRight);
        foreach (var mask in masks) mask.Dispose();
        return timed;
    }

    /// <summary>All users as in <c>gpuals recommend</c>: in batches, including copies.</summary>
    public static TopKCase Recommended(TopKModel allPairs, TopKModel pruned, int k, int runs)
    {
        using var slow = new Recommender(pruned.Model, allPairs.Engine);
        using var fast = new Recommender(pruned.Model, pruned.Engine);
        int Run(Recommender recommender) =>
            recommender.Recommend(pruned.Rows, k, includePlayed: false).Sum(batch => batch.UserIndices.Length);
        var isRight = Run(slow) == pruned.Users && Run(fast) == pruned.Users;
        return Timed("recommender", pruned, pruned.Users, runs, _ => Run(slow), _ => Run(fast), isRight);
    }

    private static TopKCase Timed(
        string name, TopKModel pruned, int users, int runs, Action<int> allPairs, Action<int> prune, bool isRight)
    {
        var (slow, fast) = (new double[runs], new double[runs]);
        var before = pruned.Engine.ScoredPairs;
        for (var i = 0; i < runs; i++)
        {
            slow[i] = Clock.Seconds(() => allPairs(i));
            fast[i] = Clock.Seconds(() => prune(i));
        }

        var share = (pruned.Engine.ScoredPairs - before) / ((double)runs * users * pruned.Model.Items.Count);
        return new TopKCase(name, users, Spread.Of(slow).Median, Spread.Of(fast).Median, share, isRight);
    }

    /// <summary>Evenly spaced indices. Users are ordered by falling number of plays.</summary>
    internal static int[] Sample(int count, int samples) =>
        [
            .. Enumerable.Range(0, samples).Select(
                sample => (int)((long)sample * (count - 1) / Math.Max(1, samples - 1)))
        ];

    private sealed record Lists(int[] Indices, float[] Scores)
    {
        public Lists(int lists, int k)
            : this(new int[lists * k], new float[lists * k])
        {
        }

        public bool AreSame(Lists other) =>
            Indices.AsSpan().SequenceEqual(other.Indices) && Scores.AsSpan().SequenceEqual(other.Scores);
    }
}
