namespace GpuAls.App;

/// <summary>Draws one of some items, each with a weight, in constant time (Walker's alias method, 1977).</summary>
internal sealed class WeightedDraw
{
    private readonly int[] _items;
    private readonly int[] _alias;
    private readonly double[] _share;

    /// <param name="items">The items, at least one.</param>
    /// <param name="weightOf">Weight of an item, above 0.</param>
    public WeightedDraw(int[] items, Func<int, double> weightOf)
    {
        (_items, _alias) = (items, new int[items.Length]);
        var mean = items.Sum(weightOf) / items.Length;
        _share = Array.ConvertAll(items, item => weightOf(item) / mean);
        var small = new Stack<int>();
        var large = new Stack<int>();
        for (var i = 0; i < items.Length; i++) (_share[i] < 1 ? small : large).Push(i);
        while (small.Count > 0 && large.Count > 0)
        {
            var (poor, rich) = (small.Pop(), large.Pop());
            _alias[poor] = rich;
            _share[rich] -= 1 - _share[poor];
            (_share[rich] < 1 ? small : large).Push(rich);
        }

        // What is left has a share of 1 but for rounding.
        foreach (var i in small.Concat(large)) _share[i] = 1;
    }

    public int Draw(ref SeededRandom random)
    {
        var slot = random.Next(_items.Length);
        return _items[random.NextDouble() < _share[slot] ? slot : _alias[slot]];
    }
}
