using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>
/// Maximal marginal relevance (Carbonell and Goldstein, 1998): a list begins with the best item; each next one is the
/// item i of the pool with the largest (1 - λ)·relevance(i) - λ·max cos(y_i, y_j) over the items j listed before it.
/// The pool is what the list would be if it were ten times as long, at most <see cref="TopKQuery.MaximumK"/> items; the
/// relevance is the score, scaled so that the best of the pool has 1 and the last 0. Equal values: the better score,
/// then the lower index. λ is the weight of diversity, which the authors call 1 - λ.
/// </summary>
/// <param name="weight">λ, above 0 and up to 1.</param>
/// <param name="factors">y, [items, rank].</param>
internal sealed class Diversity(double weight, FactorMatrix factors)
{
    private const int PoolPerItem = 10;

    /// <summary>[items], 1 / |y|; 0 for the zero vector, whose cosines are 0.</summary>
    private readonly double[] _scales = Scales(factors);

    /// <summary>Items of the pool for lists of some length.</summary>
    public static int PoolOf(int k) => Math.Min(TopKQuery.MaximumK, PoolPerItem * k);

    /// <summary>Chooses lists from pools.</summary>
    /// <param name="items">[lists, pool], best first, -1 where fewer are left.</param>
    /// <param name="scores">[lists, pool].</param>
    /// <param name="pool">Length of a pool.</param>
    /// <param name="k">Length of a list.</param>
    /// <returns>[lists, k], items in the order chosen, -1 where fewer are left, and their scores.</returns>
    public (int[] Items, float[] Scores) Choose(int[] items, float[] scores, int pool, int k)
    {
        var lists = items.Length / pool;
        var (chosen, theirs) = (new int[lists * k], new float[lists * k]);
        Array.Fill(chosen, -1);
        Array.Fill(theirs, float.NegativeInfinity);
        Parallel.ForEach(Partitioner.Create(0, Math.Max(1, lists)), range =>
        {
            var pools = new Pool(pool, factors, _scales);
            for (var list = range.Item1; list < Math.Min(lists, range.Item2); list++)
            {
                pools.Load(items.AsSpan(list * pool, pool), scores.AsSpan(list * pool, pool));
                for (var position = 0; position < k && pools.Next(weight) is { } next; position++)
                    (chosen[(list * k) + position], theirs[(list * k) + position]) = next;
            }
        });
        return (chosen, theirs);
    }

    private static double[] Scales(FactorMatrix factors)
    {
        var scales = new double[factors.RowCount];
        ParallelRanges.ForEach(scales.Length, (start, end) =>
        {
            for (var row = (int)start; row < end; row++)
            {
                double sum = 0;
                foreach (var value in factors[row]) sum += (double)value * value;
                scales[row] = sum > 0 ? 1 / Math.Sqrt(sum) : 0;
            }
        });
        return scales;
    }

    /// <summary>The pool of one list at a time.</summary>
    private sealed class Pool(int capacity, FactorMatrix factors, double[] scales)
    {
        private readonly int[] _items = new int[capacity];
        private readonly float[] _scores = new float[capacity];
        private readonly double[] _relevance = new double[capacity];

        /// <summary>The largest cosine with an item that was chosen; 0 before the first.</summary>
        private readonly double[] _similarity = new double[capacity];

        private readonly bool[] _isTaken = new bool[capacity];
        private int _count;
        private bool _isFirst;

        /// <summary>Begins with another pool.</summary>
        public void Load(ReadOnlySpan<int> items, ReadOnlySpan<float> scores)
        {
            var end = items.IndexOf(-1);
            (_count, _isFirst) = (end < 0 ? items.Length : end, true);
            items[.._count].CopyTo(_items);
            scores[.._count].CopyTo(_scores);
            Array.Clear(_isTaken);
            Array.Clear(_similarity);
            var (best, last) = _count == 0 ? (0, 0) : ((double)scores[0], (double)scores[_count - 1]);
            for (var i = 0; i < _count; i++) _relevance[i] = best > last ? (scores[i] - last) / (best - last) : 1;
        }

        /// <summary>Takes the next item; null where none is left.</summary>
        public (int Item, float Score)? Next(double weight)
        {
            var (best, value) = (-1, double.NegativeInfinity);
            for (var i = 0; i < _count; i++)
            {
                if (_isTaken[i]) continue;
                var other = ((1 - weight) * _relevance[i]) - (weight * _similarity[i]);
                if (other > value) (best, value) = (i, other);
            }

            if (best < 0) return null;
            _isTaken[best] = true;
            for (var i = 0; i < _count; i++)
            {
                if (_isTaken[i]) continue;
                var cosine = Dot(Row(i), Row(best)) * scales[_items[i]] * scales[_items[best]];
                _similarity[i] = _isFirst ? cosine : Math.Max(_similarity[i], cosine);
            }

            _isFirst = false;
            return (_items[best], _scores[best]);
        }

        private ReadOnlySpan<float> Row(int i) => factors[_items[i]];

        private static double Dot(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
        {
            var left = MemoryMarshal.Cast<float, Vector<float>>(one);
            var right = MemoryMarshal.Cast<float, Vector<float>>(other);
            var sums = Vector<float>.Zero;
            for (var i = 0; i < left.Length; i++) sums += left[i] * right[i];
            double sum = Vector.Sum(sums);
            for (var i = left.Length * Vector<float>.Count; i < one.Length; i++) sum += one[i] * other[i];
            return sum;
        }
    }
}
