namespace GpuAls.Engines.Host;

/// <summary>
/// The k best of a stream of items: a binary heap whose root is the worst kept. Better is a higher score, or the same score
/// and a lower index. Items are offered by rising index, so an equal score never displaces a kept one.
/// </summary>
/// <param name="indices">[k], the memory the heap lives in.</param>
/// <param name="scores">[k].</param>
internal ref struct TopKHeap(Span<int> indices, Span<float> scores)
{
    private readonly Span<int> _indices = indices;
    private readonly Span<float> _scores = scores;

    /// <summary>Items kept so far.</summary>
    public int Count { get; set; }

    /// <summary>A score must be larger than this to be kept.</summary>
    public readonly float Threshold => Count < _scores.Length ? float.NegativeInfinity : _scores[0];

    /// <summary>Keeps an item with a score above <see cref="Threshold"/>.</summary>
    public void Push(int index, float score)
    {
        if (Count < _scores.Length)
        {
            var place = Count++;
            for (; place > 0 && IsWorse(score, index, (place - 1) / 2); place = (place - 1) / 2) Move((place - 1) / 2, place);
            (_indices[place], _scores[place]) = (index, score);
        }
        else
        {
            SiftDown(0, index, score, Count);
        }
    }

    /// <summary>Turns the heap into a list, best first; what is not used becomes -1 and negative infinity.</summary>
    public readonly void Sort()
    {
        _indices[Count..].Fill(-1);
        _scores[Count..].Fill(float.NegativeInfinity);
        for (var last = Count - 1; last > 0; last--)
        {
            var (index, score) = (_indices[last], _scores[last]);
            Move(0, last);
            SiftDown(0, index, score, last);
        }
    }

    private readonly void SiftDown(int place, int index, float score, int count)
    {
        for (var child = 1; child < count; child = (2 * place) + 1)
        {
            if (child + 1 < count && IsWorse(_scores[child + 1], _indices[child + 1], child)) child++;
            if (!IsBetter(score, index, child)) break;
            Move(child, place);
            place = child;
        }

        (_indices[place], _scores[place]) = (index, score);
    }

    private readonly bool IsWorse(float score, int index, int place) =>
        score < _scores[place] || (score == _scores[place] && index > _indices[place]);

    private readonly bool IsBetter(float score, int index, int place) =>
        score > _scores[place] || (score == _scores[place] && index < _indices[place]);

    private readonly void Move(int from, int to) => (_indices[to], _scores[to]) = (_indices[from], _scores[from]);
}
