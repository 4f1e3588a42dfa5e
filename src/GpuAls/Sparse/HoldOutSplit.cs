namespace GpuAls.Sparse;

/// <summary>Plays divided into those to train on and those to test with.</summary>
/// <param name="Train">[users, items].</param>
/// <param name="Test">[users, items], the plays held out.</param>
public sealed record HoldOutSplit(CsrMatrix Train, CsrMatrix Test)
{
    /// <summary>Holds out a fraction of each user's plays, chosen at random.</summary>
    /// <param name="plays">[users, items].</param>
    /// <param name="fraction">Between 0 and 1; each user's number is rounded down, so that one play at least is left to train on.</param>
    /// <param name="seed">The same seed holds out the same plays.</param>
    public static HoldOutSplit PerUser(CsrMatrix plays, double fraction, long seed)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fraction, 1);
        var isHeldOut = new bool[plays.EntryCount];
        for (var user = 0; user < plays.RowCount; user++)
        {
            var entries = new int[plays.RowLength(user)];
            for (var i = 0; i < entries.Length; i++) entries[i] = i;
            SeededRandom.Of(seed, (ulong)user).Shuffle<int>(entries);
            foreach (var entry in entries.AsSpan(0, (int)(fraction * entries.Length))) isHeldOut[plays.Indptr[user] + entry] = true;
        }

        return new HoldOutSplit(Select(plays, isHeldOut, false), Select(plays, isHeldOut, true));
    }

    private static CsrMatrix Select(CsrMatrix plays, bool[] isHeldOut, bool wanted)
    {
        var indptr = new long[plays.RowCount + 1];
        var indices = new List<int>();
        var values = new List<float>();
        for (var user = 0; user < plays.RowCount; user++)
        {
            for (var entry = plays.Indptr[user]; entry < plays.Indptr[user + 1]; entry++)
            {
                if (isHeldOut[entry] != wanted) continue;
                indices.Add(plays.Indices[(int)entry]);
                values.Add(plays.Values[(int)entry]);
            }

            indptr[user + 1] = indices.Count;
        }

        return new CsrMatrix(plays.ColumnCount, indptr, [.. indices], [.. values]);
    }
}
