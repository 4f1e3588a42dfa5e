using GpuAls.Bench.OnGpu;

namespace GpuAls.Bench.TopK;

/// <summary>Lists, verified, then timed: alternately without a mask and with played items masked.</summary>
/// <param name="Name">How the lists are made.</param>
/// <param name="Users">Lists per run.</param>
/// <param name="Seconds">Median time of a run without a mask.</param>
/// <param name="MaskedSeconds">Median time of a run with the mask.</param>
/// <param name="IsRight">Whether the sampled lists equal those of the reference, bit for bit.</param>
internal sealed record TopKCase(string Name, int Users, double Seconds, double MaskedSeconds, bool IsRight)
{
    private const int SampledLists = 23;

    /// <summary>All users at once, directly on the engine.</summary>
    public static TopKCase AllUsers(IAlsEngine engine, TopKModel model, int k, int runs)
    {
        var (indices, scores) = (new int[model.Users * k], new float[model.Users * k]);
        var isRight = true;
        void Run(bool masked) =>
            engine.TopK(
                new TopKQuery(model.Queries, RowRange.All(model.Queries), model.Items, masked ? model.Seen : null, k),
                indices, scores);
        foreach (var masked in (bool[])[false, true])
        {
            Run(masked);
            foreach (var user in Sample(model.Users, SampledLists))
                isRight &= Matches(model, user, masked, indices.AsSpan(user * k, k), scores.AsSpan(user * k, k));
        }

        return Timed("all users", model.Users, runs, (_, masked) => Run(masked), isRight);
    }

    /// <summary>One user at a time, directly on the engine: the latency of a single list.</summary>
    public static TopKCase OneUser(IAlsEngine engine, TopKModel model, int k, int runs)
    {
        var users = Sample(model.Users, runs);
        var masks = users.Select(user => engine.LoadPlays(model.Model.Plays.Slice(user, 1))).ToArray();
        var (indices, scores) = (new int[k], new float[k]);
        var isRight = true;
        void Run(int run, bool masked) =>
            engine.TopK(
                new TopKQuery(model.Queries, new RowRange(users[run], 1), model.Items, masked ? masks[run] : null, k),
                indices, scores);
        foreach (var masked in (bool[])[false, true])
        {
            Run(0, masked);
            isRight &= Matches(model, users[0], masked, indices, scores);
        }

        var timed = Timed("one user", 1, runs, Run, isRight);
        foreach (var mask in masks) mask.Dispose();
        return timed;
    }

    /// <summary>All users as in <c>gpuals recommend</c>: in batches, including copies.</summary>
    public static TopKCase Recommended(IAlsEngine engine, TopKModel model, int k, int runs)
    {
        using var recommender = new Recommender(model.Model, engine);
        var users = Recommender.UsersWithPlays(model.Model);
        var isRight = true;
        foreach (var includePlayed in (bool[])[true, false])
        {
            var batch = recommender.Recommend(users, k, includePlayed).Last();
            foreach (var list in Sample(batch.UserIndices.Length, SampledLists))
                isRight &= Matches(
                    model, batch.UserIndices[list], !includePlayed, batch.ItemIndices.AsSpan(list * k, k),
                    batch.Scores.AsSpan(list * k, k));
        }

        return Timed(
            "recommender", users.Length, runs,
            (_, masked) => ReadAll(recommender.Recommend(users, k, includePlayed: !masked)), isRight);
    }

    private static void ReadAll(IEnumerable<RecommendationBatch> batches)
    {
        foreach (var _ in batches)
        {
            // Enumerating computes the batches.
        }
    }

    private static bool Matches(
        TopKModel model, int user, bool masked, ReadOnlySpan<int> indices, ReadOnlySpan<float> scores) =>
        TopKReference.Equals(model.Model, user, masked, indices, scores);

    private static TopKCase Timed(string name, int users, int runs, Action<int, bool> run, bool isRight)
    {
        var (plain, masked) = (new double[runs], new double[runs]);
        for (var i = 0; i < runs; i++)
        {
            plain[i] = Clock.Seconds(() => run(i, false));
            masked[i] = Clock.Seconds(() => run(i, true));
        }

        return new TopKCase(name, users, Spread.Of(plain).Median, Spread.Of(masked).Median, isRight);
    }

    /// <summary>Evenly spaced indices. Users are ordered by falling number of plays.</summary>
    private static int[] Sample(int count, int samples) =>
        [
            .. Enumerable.Range(0, samples).Select(
                sample => (int)((long)sample * (count - 1) / Math.Max(1, samples - 1)))
        ];
}
