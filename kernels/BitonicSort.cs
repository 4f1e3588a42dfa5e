using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Sorts lists of keys that lie one after the other in shared memory, all at once, by all threads of the group. Lengths are powers
/// of two. Every method starts with what others wrote before a barrier and ends with one.
/// </summary>
/// <param name="keys">[lists, length].</param>
/// <param name="length">Keys of a list.</param>
internal readonly struct BitonicSort(ArrayView<ulong> keys, int length)
{
    private readonly ArrayView<ulong> _keys = keys;
    private readonly int _length = length;

    /// <summary>Sorts each list, the lowest key first.</summary>
    public void Ascending()
    {
        for (var run = 2; run < _length; run *= 2) Merge(run, run);
        Merge(_length, 0);
    }

    /// <summary>Sorts lists that rise, then fall, or the other way around: the highest key first.</summary>
    public void BitonicDescending() => Merge(_length, -1);

    /// <summary>Merges runs of a length, each of two halves.</summary>
    /// <param name="run">Keys of a run.</param>
    /// <param name="fallingBit">Bits of a place of which one is set where its run is to fall.</param>
    private void Merge(int run, int fallingBit)
    {
        for (var stride = run / 2; stride > 0; stride /= 2)
        {
            for (var pair = Group.IdxX; pair < _keys.IntLength / 2; pair += Group.DimX)
            {
                var low = (2 * pair) - (pair & (stride - 1));
                var a = _keys[low];
                var b = _keys[low + stride];
                var falls = fallingBit < 0 || (low & fallingBit) != 0;
                var swaps = falls ? a < b : a > b;
                _keys[low] = swaps ? b : a;
                _keys[low + stride] = swaps ? a : b;
            }

            Group.Barrier();
        }
    }
}
