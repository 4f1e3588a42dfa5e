using System.Runtime.InteropServices;
using GpuAls.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuAls;

/// <summary>A factor matrix in device memory, with rows padded with zeros to a multiple of eight factors.</summary>
internal sealed class DeviceFactors : IEngineFactors
{
    private readonly DeviceStore _store;
    private readonly DeviceBuffer<Float4> _buffer;
    private TopKItems? _order;
    private bool _isPruned;

    public DeviceFactors(DeviceStore store, int rowCount, int rank)
    {
        (_store, RowCount, Rank, Rank4) = (store, rowCount, rank, Float4.CountFor(rank));
        store.Expect(Rank4);
        _buffer = store.Allocate<Float4>(BytesOf(rowCount, rank) / Float4.Bytes);
        _buffer.View.MemSetToZero();
        store.Accelerator.Synchronize();
    }

    /// <summary>Bytes of device memory that factors take.</summary>
    public static long BytesOf(int rowCount, int rank) =>
        Math.Max(1, (long)rowCount * Float4.CountFor(rank)) * Float4.Bytes;

    /// <inheritdoc/>
    public int RowCount { get; }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <summary>Float4s in a row.</summary>
    public int Rank4 { get; }

    /// <summary>[RowCount, Rank4].</summary>
    public ArrayView<Float4> View => _buffer.View;

    private int PaddedRank => Rank4 * Float4.Width;

    private int ChunkRows => Staging.ChunkOf<float>() / PaddedRank;

    /// <inheritdoc/>
    public void CopyFrom(RowRange rows, ReadOnlySpan<float> source)
    {
        EngineChecks.Copy(this, rows, source.Length);
        Changing();
        var (staging, slot) = (_store.Staging, 0);
        for (var first = 0; first < rows.Count; first += ChunkRows, slot ^= 1)
        {
            var count = Math.Min(ChunkRows, rows.Count - first);
            var padded = MemoryMarshal.Cast<Float4, float>(staging.Slot<Float4>(slot, count * Rank4));
            Pad(source.Slice(first * Rank, count * Rank), padded);
            staging.Wait(); // for the previous chunk, after which this slot is free
            staging.CopyToDevice(slot, Rows(rows.Start + first, count));
        }

        staging.Wait();
    }

    /// <summary>Overwrites all rows with some of other factors.</summary>
    /// <param name="source">[rows, Rank], of host memory.</param>
    /// <param name="rows">[RowCount], which of them.</param>
    public void Gather(HostFactors source, int[] rows)
    {
        Require.Length(rows.Length, RowCount, nameof(rows));
        Changing();
        var (staging, slot) = (_store.Staging, 0);
        for (var first = 0; first < rows.Length; first += ChunkRows, slot ^= 1)
        {
            var count = Math.Min(ChunkRows, rows.Length - first);
            staging.Slot<Float4>(slot, count * Rank4);
            var (from, to) = (first, slot);
            Parallel.For(0, count, row =>
            {
                var padded = MemoryMarshal.Cast<Float4, float>(staging.Slot<Float4>(to, count * Rank4));
                source.Padded(rows[from + row], PaddedRank).CopyTo(padded[(row * PaddedRank)..]);
            });
            staging.Wait(); // for the previous chunk, after which this slot is free
            staging.CopyToDevice(slot, Rows(first, count));
        }

        staging.Wait();
    }

    /// <inheritdoc/>
    public void CopyTo(RowRange rows, Span<float> target)
    {
        EngineChecks.Copy(this, rows, target.Length);
        var (staging, slot) = (_store.Staging, 0);
        if (rows.Count > 0) staging.CopyToSlot(Rows(rows.Start, Math.Min(ChunkRows, rows.Count)), slot);
        for (var first = 0; first < rows.Count; first += ChunkRows, slot ^= 1)
        {
            var count = Math.Min(ChunkRows, rows.Count - first);
            var next = Math.Min(ChunkRows, rows.Count - first - count);
            staging.Wait();
            if (next > 0) staging.CopyToSlot(Rows(rows.Start + first + count, next), slot ^ 1);
            var padded = MemoryMarshal.Cast<Float4, float>(staging.Slot<Float4>(slot, count * Rank4));
            Unpad(padded, target.Slice(first * Rank, count * Rank));
        }
    }

    /// <inheritdoc/>
    public DeviceRows? ShareOnDevice()
    {
        if (_store.Accelerator is not CudaAccelerator cuda || View.Length > int.MaxValue) return null;
        Changing();
        return new DeviceRows(
            DeviceRows.At(View.LoadEffectiveAddressAsPtr(), (int)View.Length), Rank4, cuda.Bind);
    }

    /// <summary>Overwrites one row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="source">[Rank].</param>
    public void Write(int row, ReadOnlySpan<float> source)
    {
        Changing();
        var padded = new float[PaddedRank];
        source.CopyTo(padded);
        Transfer.ToDevice(MemoryMarshal.Cast<float, Float4>(padded), Rows(row, 1));
    }

    /// <summary>A range of rows, [count, Rank4].</summary>
    public ArrayView<Float4> Rows(int first, int count) => View.SubView((long)first * Rank4, (long)count * Rank4);

    /// <summary>The order in which lists search these rows, made on first use and kept until they change.</summary>
    /// <param name="prunes">Whether it is by norm, so that searches end early.</param>
    /// <exception cref="DeviceMemoryException">There is too little memory.</exception>
    public TopKItems Order(bool prunes)
    {
        if (_order is not null && _isPruned == prunes) return _order;
        Changing();
        while (_store.Memory.Left < TopKItems.BytesFor(RowCount) && _store.GiveUpPlays()) { }
        (_order, _isPruned) = (new TopKItems(_store.Accelerator, Norms(prunes)), prunes);
        return _order;
    }

    /// <summary>Must be called before rows are written.</summary>
    public void Changing()
    {
        _order?.Dispose();
        _order = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Changing();
        _buffer.Dispose();
    }

    private unsafe float[] Norms(bool prunes)
    {
        var norms = new float[RowCount];
        norms.AsSpan().Fill(float.PositiveInfinity);
        var padded = new float[ChunkRows * PaddedRank];
        for (var first = 0; prunes && first < RowCount; first += ChunkRows)
        {
            var count = Math.Min(ChunkRows, RowCount - first);
            Transfer.ToHost(Rows(first, count), MemoryMarshal.Cast<float, Float4>(padded.AsSpan())[..(count * Rank4)]);
            fixed (float* pointer = padded)
            {
                for (var row = 0; row < count; row++)
                    norms[first + row] = NormBound.OfItem(pointer + (row * PaddedRank), PaddedRank);
            }
        }

        return norms;
    }

    private void Pad(ReadOnlySpan<float> source, Span<float> padded)
    {
        if (PaddedRank > Rank) padded.Clear();
        for (int from = 0, to = 0; from < source.Length; from += Rank, to += PaddedRank)
            source.Slice(from, Rank).CopyTo(padded[to..]);
    }

    private void Unpad(ReadOnlySpan<float> padded, Span<float> target)
    {
        for (int from = 0, to = 0; to < target.Length; from += PaddedRank, to += Rank)
            padded.Slice(from, Rank).CopyTo(target[to..]);
    }
}
