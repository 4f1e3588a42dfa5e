namespace GpuAls.App;

/// <summary>What one made-up listener plays.</summary>
/// <param name="User">Index of the listener.</param>
/// <param name="Items">Indices of different artists.</param>
/// <param name="Counts">How often each was played, at least 1.</param>
public sealed record SampleHistory(int User, int[] Items, int[] Counts);
