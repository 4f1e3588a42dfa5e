using System.Runtime.InteropServices;
using GpuAls.Kernels;
using GpuAls.Kernels.Launching;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Engines.Device;

/// <summary>A factor matrix in device memory: each row padded with zeros to a whole number of Float4s.</summary>
internal sealed class DeviceFactors : IEngineFactors
{
    private const int BlockRows = 16_384;

    private readonly MemoryBuffer1D<Float4, Stride1D.Dense> _buffer;

    public DeviceFactors(Accelerator accelerator, int rowCount, int rank)
    {
        (RowCount, Rank, Rank4) = (rowCount, rank, Float4.CountFor(rank));
        _buffer = accelerator.Allocate1D<Float4>(Math.Max(1, (long)rowCount * Rank4));
        _buffer.MemSetToZero();
        accelerator.Synchronize();
    }

    /// <inheritdoc/>
    public int RowCount { get; }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <summary>Float4s in a row.</summary>
    public int Rank4 { get; }

    /// <summary>[RowCount, Rank4].</summary>
    public ArrayView<Float4> View => _buffer.View.AsContiguous();

    private int PaddedRank => Rank4 * Float4.Width;

    /// <inheritdoc/>
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        Require.Length(source.Length, (long)RowCount * Rank, nameof(source));
        if (PaddedRank == Rank)
        {
            Transfer.ToDevice(MemoryMarshal.Cast<float, Float4>(source), View);
            return;
        }

        var block = new float[(long)Math.Min(RowCount, BlockRows) * PaddedRank];
        for (var first = 0; first < RowCount; first += BlockRows)
        {
            var rows = Math.Min(BlockRows, RowCount - first);
            for (var row = 0; row < rows; row++)
                source.Slice((first + row) * Rank, Rank).CopyTo(block.AsSpan(row * PaddedRank, Rank));
            Transfer.ToDevice(MemoryMarshal.Cast<float, Float4>(block.AsSpan(0, rows * PaddedRank)), Rows(first, rows));
        }
    }

    /// <inheritdoc/>
    public void CopyTo(Span<float> target)
    {
        Require.Length(target.Length, (long)RowCount * Rank, nameof(target));
        if (PaddedRank == Rank)
        {
            Transfer.ToHost(View, MemoryMarshal.Cast<float, Float4>(target));
            return;
        }

        var block = new float[(long)Math.Min(RowCount, BlockRows) * PaddedRank];
        for (var first = 0; first < RowCount; first += BlockRows)
        {
            var rows = Math.Min(BlockRows, RowCount - first);
            Transfer.ToHost(Rows(first, rows), MemoryMarshal.Cast<float, Float4>(block.AsSpan(0, rows * PaddedRank)));
            for (var row = 0; row < rows; row++)
                block.AsSpan(row * PaddedRank, Rank).CopyTo(target.Slice((first + row) * Rank, Rank));
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

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private ArrayView<Float4> Rows(int first, int count) => View.SubView((long)first * Rank4, (long)count * Rank4);
}
