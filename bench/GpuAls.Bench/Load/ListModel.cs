using GpuAls.Bench.OnGpu.Workloads;

namespace GpuAls.Bench.Load;

/// <summary>A made-up model whose ids are strings, to make and write lists of; how good they are does not change the time.</summary>
internal static class ListModel
{
    private const int Rank = 64;
    private const int PlaysOfAUser = 10;

    public static FactorModel Create(int users, int items)
    {
        var plays = MadeUp.Plays([.. Enumerable.Repeat(PlaysOfAUser, users)], items);
        return new FactorModel(
            new IdIndex<string>([.. Enumerable.Range(0, users).Select(user => $"listener {user * 7919L % 1_000_003:D7}")]),
            new IdIndex<string>([.. Enumerable.Range(0, items).Select(item => $"artist {item:D6}")]),
            plays, Rank, MadeUp.Factors(users, Rank, seed: 1), MadeUp.Factors(items, Rank, seed: 2));
    }
}
