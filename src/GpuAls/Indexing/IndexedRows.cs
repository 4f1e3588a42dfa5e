namespace GpuAls;

/// <summary>
/// The rows of all batches, in arrays that have room for what is likely to come, so that they seldom have to be
/// copied.
/// </summary>
internal sealed class IndexedRows(bool hasWeights, bool hasTimes)
{
    private const double Margin = 1.02;
    private const int MostGrowth = 64; // what a batch says of its share of the input may be far off

    private int[] _users = [];
    private int[] _items = [];
    private float[] _weights = [];
    private long[] _times = [];

    public int Count { get; private set; }

    /// <summary>Adds the rows of a batch.</summary>
    public void Add(NumberedBatch batch)
    {
        var rows = batch.Users.Length;
        if (Count + rows > _users.Length) Resize(Capacity(Count + rows, batch.Batch.Fraction));
        batch.Users.CopyTo(_users.AsMemory(Count));
        batch.Items.CopyTo(_items.AsMemory(Count));
        batch.Batch.Weights?.CopyTo(_weights.AsMemory(Count));
        batch.Batch.Times?.CopyTo(_times.AsMemory(Count));
        Count += rows;
    }

    /// <summary>
    /// Users, items, weights (null where each row counts 1) and times (null where there are none), <see
    /// cref="Count"/> of each and room behind them. None are left here, so that they go when who takes them lets go.
    /// </summary>
    public (int[] Users, int[] Items, float[]? Weights, long[]? Times) Take()
    {
        var taken = (_users, _items, hasWeights ? _weights : null, hasTimes ? _times : null);
        (_users, _items, _weights, _times) = ([], [], [], []);
        return taken;
    }

    private static int Capacity(int needed, double fraction)
    {
        var likely = Math.Min(needed * Margin / fraction, (double)needed * MostGrowth);
        return fraction >= 1 ? needed : (int)Math.Min(Array.MaxLength, Math.Ceiling(likely));
    }

    private void Resize(int length)
    {
        var garbage = new LargeGarbage();
        Resize(ref _users, length);
        Resize(ref _items, length);
        if (hasWeights) Resize(ref _weights, length);
        if (hasTimes) Resize(ref _times, length);
        garbage.WaitIfDue();
    }

    /// <summary>The memory behind the rows is not touched, so it costs nothing yet.</summary>
    private void Resize<T>(ref T[] array, int length)
    {
        var resized = GC.AllocateUninitializedArray<T>(length);
        array.AsSpan(0, Count).CopyTo(resized);
        array = resized;
    }
}
