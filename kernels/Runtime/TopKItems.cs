using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>The order in which items are searched, by falling norm, on a device and on the host.</summary>
public sealed class TopKItems : IDisposable
{
    private readonly DeviceBuffer<Int4> _order;
    private readonly DeviceBuffer<float> _tileNorms;
    private readonly float[] _norms;

    /// <param name="accelerator">The device.</param>
    /// <param name="norms">[items], rounded up, not NaN; equal norms keep items in their own order.</param>
    public TopKItems(Accelerator accelerator, ReadOnlySpan<float> norms)
    {
        var keys = new ulong[norms.Length];
        for (var item = 0; item < norms.Length; item++) keys[item] = TopKKey.Of(new TopKCandidate(norms[item], item));
        keys.AsSpan().Sort();
        var order = new int[PositionsFor(norms.Length)];
        for (var position = 0; position < keys.Length; position++)
            order[position] = TopKKey.Item(keys[^(position + 1)]);
        order.AsSpan(norms.Length).Fill(norms.Length == 0 ? 0 : order[norms.Length - 1]);
        _norms = new float[(order.Length / TopKThread.TileItems) + 1];
        for (var tile = 0; tile * TopKThread.TileItems < norms.Length; tile++)
            _norms[tile] = norms[order[tile * TopKThread.TileItems]];
        var memory = DeviceMemory.Of(accelerator);
        _order = memory.Allocate<Int4>(order.Length / 4);
        _tileNorms = memory.Allocate<float>(_norms.Length);
        Transfer.ToDevice(MemoryMarshal.Cast<int, Int4>(order), _order.View);
        Transfer.ToDevice(_norms, _tileNorms.View);
    }

    /// <summary>[positions], the item of each.</summary>
    public ArrayView<Int4> Order => _order.View;

    /// <summary>[tiles + 1].</summary>
    public ArrayView<float> TileNorms => _tileNorms.View;

    /// <summary>Bytes of device memory.</summary>
    public static long BytesFor(int itemCount)
    {
        var positions = (long)PositionsFor(itemCount);
        return sizeof(int) * (positions + (positions / TopKThread.TileItems) + 1);
    }

    /// <summary>The largest norm at a position, a multiple of the tile, or after it; 0 past the last item.</summary>
    public float NormFrom(int position) => _norms[position / TopKThread.TileItems];

    /// <summary>The position, a multiple of the tile, where items with a norm at or above a cutoff end.</summary>
    public int End(float cutoff)
    {
        var tile = 0;
        while (tile < _norms.Length - 2 && _norms[tile] >= cutoff) tile++;
        return tile * TopKThread.TileItems;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _order.Dispose();
        _tileNorms.Dispose();
    }

    /// <summary>Whole tiles, and one more, which is fetched but not searched.</summary>
    private static int PositionsFor(int items) =>
        (((items + TopKThread.TileItems - 1) / TopKThread.TileItems) + 1) * TopKThread.TileItems;
}
