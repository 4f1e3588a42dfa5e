using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace GpuAls.Reading;

/// <summary>
/// Reads a column chunk. Text comes decoded, with U+FFFD in the place of bytes that are no UTF-8, which would make one id of
/// several: where that character stands, the bytes are read, to be looked at one by one.
/// </summary>
internal static class ParquetRawColumn
{
    public static async ValueTask<RawColumnData> ReadAsync(ParquetRowGroupReader group, DataField field, CancellationToken cancellation)
    {
        var raw = await group.ReadRawColumnDataBaseAsync(field, cancellation).ConfigureAwait(false);
        if (raw is not RawColumnData<ReadOnlyMemory<char>> text || !HasReplacement(text.Values)) return raw;
        raw.Dispose();
        return await group.ReadRawColumnDataBaseAsync(AsBytes(field), cancellation).ConfigureAwait(false);
    }

    private static bool HasReplacement(ReadOnlySpan<ReadOnlyMemory<char>> texts)
    {
        foreach (var text in texts)
            if (text.Span.Contains('\uFFFD')) return true;
        return false;
    }

    private static DataField<ReadOnlyMemory<byte>> AsBytes(DataField field)
    {
        var bytes = new DataField<ReadOnlyMemory<byte>>(field.Name, field.IsNullable);
        _ = new ParquetSchema(bytes); // a field has its levels from its schema
        return bytes;
    }
}
