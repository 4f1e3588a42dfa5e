namespace GpuAls.Bench.Shapes;

/// <summary>The size of a data set.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Users">Number of users.</param>
/// <param name="Items">Number of items.</param>
/// <param name="Plays">Number of plays.</param>
/// <param name="Published">Seconds of an iteration that benfred/implicit publishes for an A6000, by rank.</param>
public sealed record Shape(string Name, int Users, int Items, long Plays, IReadOnlyDictionary<int, double> Published)
{
    /// <summary>The shapes of the table of cards.</summary>
    public static readonly Shape[] All =
    [
        new("Last.fm 360K", 358_868, 292_385, 17_500_000, new Dictionary<int, double> { [64] = 0.446, [128] = 0.389, [256] = 0.631 }),
        new("ML-20M", 138_493, 26_744, 20_000_000, new Dictionary<int, double>()),
    ];

    /// <summary>The shape by which processors are measured.</summary>
    public static readonly Shape Host = Of(50_000, 20_000, 5_000_000);

    /// <summary>A shape without a name of its own.</summary>
    public static Shape Of(int users, int items, long plays) =>
        new(FormattableString.Invariant($"{users:N0} × {items:N0}, {plays / 1e6:0.###} M"), users, items, plays, new Dictionary<int, double>());

    /// <summary>
    /// Multiplications with addition of an exact iteration in the usual form, nnz·f(f + 1) + (users + items)·(f³/6 + f²): each play once
    /// in the triangle of either side's equations, each row factored by Cholesky and solved.
    /// </summary>
    public double UsefulFmas(double rank) =>
        (Plays * rank * (rank + 1)) + (((double)Users + Items) * ((Math.Pow(rank, 3) / 6) + Math.Pow(rank, 2)));
}
