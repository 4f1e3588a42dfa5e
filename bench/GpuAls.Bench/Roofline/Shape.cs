namespace GpuAls.Bench.Roofline;

/// <summary>The size of a data set.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Users">Number of users.</param>
/// <param name="Items">Number of items.</param>
/// <param name="Plays">Number of plays.</param>
/// <param name="Published">Seconds of an iteration that benfred/implicit publishes for an A6000, by rank.</param>
public sealed record Shape(string Name, int Users, int Items, long Plays, IReadOnlyDictionary<int, double> Published)
{
    /// <summary>The shapes of the table.</summary>
    public static readonly Shape[] All =
    [
        new("Last.fm 360K", 358_868, 292_385, 17_500_000, new Dictionary<int, double> { [64] = 0.446, [128] = 0.389, [256] = 0.631 }),
        new("ML-20M", 138_493, 26_744, 20_000_000, new Dictionary<int, double>()),
    ];
}
