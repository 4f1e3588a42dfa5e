using GpuAls.App;

namespace GpuAls.Bench.Shapes;

/// <summary>The size of a data set.</summary>
/// <param name="Name">Name of the data set.</param>
/// <param name="Users">Number of users.</param>
/// <param name="Items">Number of items.</param>
/// <param name="Plays">Number of plays.</param>
/// <param name="Published">Seconds per iteration that benfred/implicit has published for an RTX A6000, by rank.</param>
public sealed record Shape(string Name, int Users, int Items, long Plays, IReadOnlyDictionary<int, double> Published)
{
    /// <summary>The shapes for GPUs.</summary>
    public static readonly Shape[] All =
    [
        new(
            "Last.fm 360K", 358_868, 292_385, 17_500_000,
            new Dictionary<int, double> { [64] = 0.446, [128] = 0.389, [256] = 0.631 }),
        new("ML-20M", 138_493, 26_744, 20_000_000, new Dictionary<int, double>()),
    ];

    /// <summary>The shape for CPUs.</summary>
    public static readonly Shape Host = Of(50_000, 20_000, 5_000_000);

    /// <summary>A shape named after its size.</summary>
    public static Shape Of(int users, int items, long plays) =>
        new(
            FormattableString.Invariant($"{users:N0} × {items:N0}, {plays / 1e6:0.###} M"), users, items, plays,
            new Dictionary<int, double>());

    /// <summary>
    /// FMAs of an exact iteration, nnz·f(f + 1) + (users + items)·(f³/6 + f²): each play is added once to a triangle on
    /// either side, and each row is factored by Cholesky and solved.
    /// </summary>
    public double UsefulFmas(double rank) =>
        (Plays * rank * (rank + 1)) + (((double)Users + Items) * ((Math.Pow(rank, 3) / 6) + Math.Pow(rank, 2)));

    /// <summary>
    /// FMAs of an iteration of iALS++ with blocks of k: 2·nnz·f·((k + 1)/2 + 3) + (users + items)·(f² + f·(k²/6 + k)).
    /// Each play is added to the triangle and the gradient of each block on either side, and its score is computed and
    /// kept up to date; each row meets YᵀY, and each of its blocks is factored and solved.
    /// </summary>
    public double SweepFmas(double rank, double blockSize) =>
        (2 * Plays * rank * (((blockSize + 1) / 2) + 3))
        + (((double)Users + Items) * rank * (rank + (blockSize * blockSize / 6) + blockSize));
}

/// <summary>
/// The plays that <c>gpuals sample</c> generates, as <c>gpuals train</c> would load them, without a file in between.
/// </summary>
internal static class SampleMatrix
{
    /// <summary>Generates the plays. Users and items are indexed by falling number of plays, as when loaded.</summary>
    public static InteractionMatrix Create(Shape shape)
    {
        var sample = new SamplePlays(
            new SampleOptions { Users = shape.Users, Items = shape.Items, Plays = shape.Plays });
        var (users, items, counts) = (new int[shape.Plays], new int[shape.Plays], new float[shape.Plays]);
        var row = 0;
        foreach (var history in sample.Histories())
        {
            for (var i = 0; i < history.Items.Length; i++, row++)
                (users[row], items[row], counts[row]) = (history.User, history.Items[i], history.Counts[i]);
        }

        var (userIds, itemIds) = (Number(users, shape.Users), Number(items, shape.Items));
        return new InteractionMatrix(
            userIds, itemIds, CsrBuilder.FromCoordinates(shape.Users, shape.Items, users, items, counts));
    }

    /// <summary>Replaces ids by indices, in place. Ids without plays come last; loading would drop them.</summary>
    private static IdIndex<int> Number(int[] ids, int count)
    {
        var rows = new int[count];
        foreach (var id in ids) rows[id]++;
        var order = Enumerable.Range(0, count).OrderByDescending(id => rows[id]).ThenBy(id => id).ToArray();
        var indices = new int[count];
        for (var index = 0; index < count; index++) indices[order[index]] = index;
        foreach (ref var id in ids.AsSpan()) id = indices[id];
        return new IdIndex<int>(order);
    }
}
