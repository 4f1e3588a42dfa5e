using System.Buffers;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>
/// <c>users.parquet</c> and <c>items.parquet</c>: index (int32), id, plays (int32), rows in index order, in row groups
/// of at most a million rows.
/// </summary>
internal static class IdTableFile
{
    private const string IdColumn = "id";
    private const int GroupRows = 1 << 20;

    /// <param name="stream">Where it is written, from the start of the file; stays open.</param>
    /// <param name="ids">The ids of one side.</param>
    /// <param name="counts">[ids.Count], number of plays of each.</param>
    /// <param name="cancellation">Stops the writing between row groups.</param>
    /// <param name="countColumn">Name of the column of counts.</param>
    public static async Task WriteAsync(
        Stream stream, IdIndex ids, int[] counts, CancellationToken cancellation, string countColumn = "plays")
    {
        ParquetColumn[] columns =
            [ParquetColumn.Integer("index"), ParquetIds.Column(IdColumn, ids.Type), ParquetColumn.Integer(countColumn)];
        var groups = new List<WrittenRowGroup>();
        await stream.WriteAsync(ParquetFooterWriter.Magic.ToArray(), cancellation).ConfigureAwait(false);
        long offset = ParquetFooterWriter.Magic.Length;
        for (var first = 0; first < Math.Max(1, ids.Count); first += GroupRows)
        {
            var group = Encode(ids, counts, first, Math.Min(GroupRows, ids.Count - first));
            groups.Add(group.At(offset));
            await stream.WriteAsync(group.Bytes, cancellation).ConfigureAwait(false);
            offset += group.Bytes.Length;
        }

        await stream.WriteAsync(ParquetFooterWriter.Encode(columns, groups), cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the ids back. The file is not trusted: whatever is in it, the error is bounded in time and memory.
    /// </summary>
    /// <param name="source">The file.</param>
    /// <param name="type">The type that the ids must have.</param>
    /// <param name="count">The number of ids that there must be.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the file is damaged, or has other ids than expected.
    /// </exception>
    public static async Task<IdIndex> ReadAsync(
        IByteSource source, IdType type, int count, CancellationToken cancellation)
    {
        var path = source.Name;
        var file = await ParquetFile.OpenAsync(source, cancellation).ConfigureAwait(false);
        var field = file.Schema.Leaves.SingleOrDefault(leaf => leaf.Name == IdColumn && !leaf.IsRepeated)
            ?? throw Bad(path, $"has no column '{IdColumn}'");
        var rows = Enumerable.Range(0, file.GroupCount).Sum(group => (long)file.RowCount(group));
        if (rows != count) throw Bad(path, $"has {Counted.Of(rows, "id")}; the manifest says {count:N0}");
        var groups = new List<ParquetColumnData>();
        try
        {
            for (var group = 0; group < file.GroupCount; group++)
            {
                var values = ParquetIdValues.For(field) ?? throw Bad(path, $"has ids of type {field.TypeName}");
                groups.Add(await file.ReadAsync(group, field, values, cancellation).ConfigureAwait(false));
            }

            return ParquetIds.Collect(type, groups);
        }
        catch (InvalidDataException exception)
        {
            throw Bad(path, $"cannot be used: {exception.Message}", exception);
        }
        finally
        {
            groups.ForEach(group => group.Dispose());
        }
    }

    private static WrittenRowGroup Encode(IdIndex ids, int[] counts, int first, int rows)
    {
        var indices = Enumerable.Range(first, rows).ToArray();
        var plain = new ArrayBufferWriter<byte>(Math.Max(1, rows * IdValues.UuidBytes));
        ParquetIds.WritePlain(plain, ids, indices);
        var pages = new RowGroupPages(rows);
        pages.AddPlain(MemoryMarshal.AsBytes<int>(indices));
        pages.AddPlain(plain.WrittenSpan);
        pages.AddPlain(MemoryMarshal.AsBytes(counts.AsSpan(first, rows)));
        return pages.Finish();
    }

    private static GpuAlsException Bad(string path, string problem, Exception? exception = null) =>
        ModelErrors.Damaged(path, problem, exception);
}
