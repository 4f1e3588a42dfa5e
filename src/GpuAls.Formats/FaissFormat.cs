using System.Buffers.Binary;

namespace GpuAls.Formats;

/// <summary>
/// An index that <c>faiss.read_index</c> opens: IndexFlatIP, exact search by inner product, with the factors of one
/// side. Its ids are row numbers, those of the model's table of ids.
/// </summary>
internal sealed class FaissFormat() : ModelFormat("faiss")
{
    private const int HeaderBytes = 45;
    private const long Unused = 1 << 20; // what Faiss writes for two fields that it no longer has

    /// <inheritdoc/>
    public override bool IsOfOneSide => true;

    /// <inheritdoc/>
    public override async Task WriteAsync(
        FactorModel model, FormatOptions options, Stream stream, CancellationToken cancellation)
    {
        var factors = model.FactorsOf(options.Side);
        await stream.WriteAsync(Header(factors), cancellation).ConfigureAwait(false);
        await NpyFile.WriteElementsAsync(stream, factors, cancellation).ConfigureAwait(false);
    }

    private static byte[] Header(FactorMatrix factors)
    {
        var header = new byte[HeaderBytes];
        "IxFI"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), factors.Rank);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), factors.RowCount);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), Unused);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), Unused);
        header[32] = 1; // it is trained
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(33), 0); // the metric: inner product
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(37), factors.Length);
        return header;
    }
}
