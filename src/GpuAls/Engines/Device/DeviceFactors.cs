using System.Runtime.InteropServices;
using GpuAls.Kernels;
using GpuAls.Kernels.Launching;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls;

/// <summary>A factor matrix in device memory: each row padded with zeros to a multiple of eight factors.</summary>
internal sealed class DeviceFactors : IEngineFactors
{
    private readonly DeviceStore _store;
    private readonly DeviceBuffer<Float4> _buffer;

    public DeviceFactors(DeviceStore store, int rowCount, int rank)
    {
        (_store, RowCount, Rank, Rank4) = (store, rowCount, rank, Float4.CountFor(rank));
        store.Expect(Rank4);
        _buffer = store.Allocate<Float4>(Math.Max(1, (long)rowCount * Rank4));
        _buffer.View.MemSetToZero();
        store.Accelerator.Synchronize();
    }

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
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        Require.Length(source.Length, (long)RowCount * Rank, nameof(source));
        var (staging, slot) = (_store.Staging, 0);
        for (var first = 0; first < RowCount; first += ChunkRows, slot ^= 1)
        {
            var rows = Math.Min(ChunkRows, RowCount - first);
            Pad(source.Slice(first * Rank, rows * Rank), MemoryMarshal.Cast<Float4, float>(staging.Slot<Float4>(slot, rows * Rank4)));
            staging.Wait(); // for the chunk before; this one's slot is free since then.
            staging.CopyToDevice(slot, Rows(first, rows));
        }

        staging.Wait();
    }

    /// <inheritdoc/>
    public void CopyTo(Span<float> target)
    {
        Require.Length(target.Length, (long)RowCount * Rank, nameof(target));
        Read(0, RowCount, target);
    }

    /// <summary>Reads some rows.</summary>
    /// <param name="firstRow">The first.</param>
    /// <param name="rowCount">How many.</param>
    /// <param name="target">[rowCount, Rank].</param>
    public void Read(int firstRow, int rowCount, Span<float> target)
    {
        var (staging, slot) = (_store.Staging, 0);
        if (rowCount > 0) staging.CopyToSlot(Rows(firstRow, Math.Min(ChunkRows, rowCount)), slot);
        for (var first = 0; first < rowCount; first += ChunkRows, slot ^= 1)
        {
            var rows = Math.Min(ChunkRows, rowCount - first);
            var next = Math.Min(ChunkRows, rowCount - first - rows);
            staging.Wait();
            if (next > 0) staging.CopyToSlot(Rows(firstRow + first + rows, next), slot ^ 1);
            Unpad(MemoryMarshal.Cast<Float4, float>(staging.Slot<Float4>(slot, rows * Rank4)), target.Slice(first * Rank, rows * Rank));
        }
    }

    /// <summary>Overwrites one row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="source">[Rank].</param>
    public void Write(int row, ReadOnlySpan<float> source)
    {
        var padded = new float[PaddedRank];
        source.CopyTo(padded);
        Transfer.ToDevice(MemoryMarshal.Cast<float, Float4>(padded), Rows(row, 1));
    }

    /// <summary>Some rows, [count, Rank4].</summary>
    public ArrayView<Float4> Rows(int first, int count) => View.SubView((long)first * Rank4, (long)count * Rank4);

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private void Pad(ReadOnlySpan<float> source, Span<float> padded)
    {
        if (PaddedRank > Rank) padded.Clear();
        for (int from = 0, to = 0; from < source.Length; from += Rank, to += PaddedRank) source.Slice(from, Rank).CopyTo(padded[to..]);
    }

    private void Unpad(ReadOnlySpan<float> padded, Span<float> target)
    {
        for (int from = 0, to = 0; to < target.Length; from += PaddedRank, to += Rank) padded.Slice(from, Rank).CopyTo(target[to..]);
    }
}
