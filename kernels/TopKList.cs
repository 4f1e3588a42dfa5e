using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The k best items of one query, kept by one thread: a binary heap in its place of the output whose root is the worst kept.
/// Items come by rising index, so an equal score never displaces a kept one: ties go to the lower index.
/// </summary>
internal struct TopKList
{
    private readonly ArrayView<int> _indices;
    private readonly ArrayView<float> _scores;
    private readonly ArrayView<int> _seen;
    private readonly int _k;
    private long _nextSeen;
    private readonly long _endSeen;
    private int _count;
    private float _threshold;

    public TopKList(in TopKArguments arguments, int query)
    {
        _k = arguments.K;
        _indices = arguments.ListIndices.SubView((long)query * _k, _k);
        _scores = arguments.ListScores.SubView((long)query * _k, _k);
        _seen = arguments.SeenIndices;
        _nextSeen = arguments.HasSeen != 0 ? arguments.SeenIndptr[query] : 0;
        _endSeen = arguments.HasSeen != 0 ? arguments.SeenIndptr[query + 1] : 0;
        _count = 0;
        _threshold = float.NegativeInfinity;
    }

    /// <summary>Offers the scores of a tile of items, those already seen left out.</summary>
    public void Offer(ArrayView<float> tile, int firstItem, int itemCount)
    {
        var end = itemCount - firstItem < tile.IntLength ? itemCount - firstItem : tile.IntLength;
        for (var i = 0; i < end; i++)
        {
            var item = firstItem + i;
            if (_nextSeen < _endSeen && _seen[_nextSeen] == item) _nextSeen++;
            else if (tile[i] > _threshold) Push(item, tile[i]);
        }
    }

    /// <summary>Turns the heap into a list, best first; unused places become -1 and negative infinity.</summary>
    public void Sort()
    {
        for (var place = _count; place < _k; place++) Set(place, -1, float.NegativeInfinity);
        for (var last = _count - 1; last > 0; last--)
        {
            var index = _indices[last];
            var score = _scores[last];
            Move(0, last);
            SiftDown(index, score, last);
        }
    }

    private void Push(int index, float score)
    {
        if (_count < _k) SiftUp(index, score);
        else SiftDown(index, score, _count);
        if (_count == _k) _threshold = _scores[0];
    }

    private void SiftUp(int index, float score)
    {
        var place = _count;
        _count++;
        while (place > 0 && IsWorse(score, index, (place - 1) / 2))
        {
            Move((place - 1) / 2, place);
            place = (place - 1) / 2;
        }

        Set(place, index, score);
    }

    private readonly void SiftDown(int index, float score, int count)
    {
        var place = 0;
        var child = 1;
        while (child < count)
        {
            if (child + 1 < count && IsWorse(_scores[child + 1], _indices[child + 1], child)) child++;
            if (!IsWorse(_scores[child], _indices[child], index, score)) break;
            Move(child, place);
            place = child;
            child = (2 * place) + 1;
        }

        Set(place, index, score);
    }

    private readonly bool IsWorse(float score, int index, int place) => IsWorse(score, index, _indices[place], _scores[place]);

    private static bool IsWorse(float score, int index, int otherIndex, float otherScore) =>
        score < otherScore || (score == otherScore && index > otherIndex);

    private readonly void Move(int from, int to) => Set(to, _indices[from], _scores[from]);

    private readonly void Set(int place, int index, float score)
    {
        _indices[place] = index;
        _scores[place] = score;
    }
}
