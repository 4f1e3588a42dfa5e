namespace GpuAls;

/// <summary>
/// The k best of items offered in any order, as lists have them: equal scores by rising item, no NaN.
/// </summary>
internal sealed class BestItems
{
    /// <summary>With less slack, selecting more often costs more than the better threshold saves.</summary>
    private const int LeastSlack = 64;

    private readonly int _k;
    private readonly ulong[] _keys;
    private readonly BestKeys _best;
    private int _count;
    private ulong _worst;
    private float _threshold;

    /// <param name="k">Length of a list.</param>
    public BestItems(int k)
    {
        _k = k;
        _keys = new ulong[k + Math.Max(k, LeastSlack)];
        _best = new BestKeys(_keys.Length);
    }

    /// <summary>The best of a row, best first.</summary>
    /// <param name="scores">[items].</param>
    public int[] Of(ReadOnlySpan<float> scores)
    {
        Clear();
        for (var item = 0; item < scores.Length; item++) Offer(item, scores[item]);
        return Take();
    }

    /// <summary>Forgets all items.</summary>
    public void Clear() => (_count, _worst, _threshold) = (0, ulong.MaxValue, float.NegativeInfinity);

    /// <summary>Offers an item, each once.</summary>
    public void Offer(int item, float score)
    {
        if (!(score >= _threshold)) return;
        var key = ScoreKey.Of(score, item);
        if (key >= _worst) return;
        _keys[_count++] = key;
        if (_count == _keys.Length) Tighten();
    }

    /// <summary>The best items, best first.</summary>
    public int[] Take()
    {
        if (_count > _k) Tighten();
        var best = _keys.AsSpan(0, _count);
        _best.Sort(best);
        var items = new int[_count];
        for (var i = 0; i < items.Length; i++) items[i] = ScoreKey.Item(best[i]);
        return items;
    }

    private void Tighten()
    {
        _best.Select(_keys.AsSpan(0, _count), _k);
        (_count, _worst) = (_k, _keys[_k - 1]);
        _threshold = ScoreKey.Score(_worst);
    }
}
