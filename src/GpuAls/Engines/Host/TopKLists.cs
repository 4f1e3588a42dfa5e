namespace GpuAls;

/// <summary>The finished lists; where the items are split, what each split has found until all have.</summary>
internal sealed unsafe class TopKLists
{
    private readonly int* _indices;
    private readonly float* _scores;
    private readonly int _listCount;
    private readonly int _k;
    private readonly int _splits;
    private readonly ulong[] _found;
    private readonly int[] _counts;

    /// <param name="indices">[lists, k].</param>
    /// <param name="scores">[lists, k].</param>
    /// <param name="listCount">Number of lists.</param>
    /// <param name="k">Length of a list.</param>
    /// <param name="splits">Splits of the items.</param>
    public TopKLists(int* indices, float* scores, int listCount, int k, int splits)
    {
        _indices = indices;
        _scores = scores;
        (_listCount, _k, _splits) = (listCount, k, splits);
        _found = splits == 1 ? [] : new ulong[(long)listCount * splits * k];
        _counts = splits == 1 ? [] : new int[listCount * splits];
    }

    /// <summary>Takes the best of a split for a list; each comes once, from any thread.</summary>
    public void Put(int list, int split, ReadOnlySpan<ulong> best)
    {
        if (_splits == 1)
        {
            Write(list, best);
            return;
        }

        var part = (list * _splits) + split;
        best.CopyTo(_found.AsSpan(part * _k));
        _counts[part] = best.Length;
    }

    /// <summary>Puts together what the splits have found.</summary>
    public void Join()
    {
        if (_splits == 1) return;
        var keys = new BestKeys(_splits * _k);
        for (var list = 0; list < _listCount; list++)
        {
            var all = _found.AsSpan(list * _splits * _k, _splits * _k);
            var count = 0;
            for (var split = 0; split < _splits; split++)
            {
                var length = _counts[(list * _splits) + split];
                all.Slice(split * _k, length).CopyTo(all[count..]);
                count += length;
            }

            if (count > _k) keys.Select(all[..count], _k);
            var best = all[..Math.Min(count, _k)];
            keys.Sort(best);
            Write(list, best);
        }
    }

    private void Write(int list, ReadOnlySpan<ulong> best)
    {
        var indices = new Span<int>(_indices + ((long)list * _k), _k);
        var scores = new Span<float>(_scores + ((long)list * _k), _k);
        for (var place = 0; place < best.Length; place++) (indices[place], scores[place]) = (ScoreKey.Item(best[place]), ScoreKey.Score(best[place]));
        indices[best.Length..].Fill(-1);
        scores[best.Length..].Fill(float.NegativeInfinity);
    }
}
