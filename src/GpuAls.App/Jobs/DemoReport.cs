namespace GpuAls.App;

/// <summary>What the demo found.</summary>
/// <param name="K">How many places of a list count.</param>
/// <param name="TestUsers">Listeners with held-out plays.</param>
/// <param name="Model">Metrics of the trained model.</param>
/// <param name="Popularity">Metrics of "most popular" on the same plays.</param>
/// <param name="Listeners">A few listeners to look at.</param>
/// <param name="Seconds">Wall time.</param>
public sealed record DemoReport(
    int K, int TestUsers, Measurements Model, Measurements Popularity, IReadOnlyList<DemoListener> Listeners, double Seconds);

/// <summary>One listener of the demo.</summary>
/// <param name="Name">Who it is.</param>
/// <param name="MostPlayed">What the model was shown of the listener, most played first.</param>
/// <param name="Recommended">The list, best first, and whether the listener played it in the held-out plays.</param>
public sealed record DemoListener(string Name, IReadOnlyList<string> MostPlayed, IReadOnlyList<(string Item, bool IsHit)> Recommended);
