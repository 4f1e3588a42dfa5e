using Parquet;
using Parquet.Schema;

namespace GpuAls;

/// <summary><c>users.parquet</c> and <c>items.parquet</c>: index (int32), id, plays (int32), one row group, rows in index order.</summary>
internal static class IdTableFile
{
    private const string IdColumn = "id";

    /// <param name="path">Where to.</param>
    /// <param name="ids">The ids of one side.</param>
    /// <param name="counts">[ids.Count], plays of each.</param>
    /// <param name="cancellation">Stops it between columns.</param>
    public static async Task WriteAsync(string path, IdIndex ids, int[] counts, CancellationToken cancellation)
    {
        var index = new DataField<int>("index");
        var id = ParquetIds.Field(IdColumn, ids.Type);
        var count = new DataField<int>("plays");
        var indices = Enumerable.Range(0, ids.Count).ToArray();
        var stream = File.Create(path);
        await using (stream.ConfigureAwait(false))
        {
            var writer = await ParquetWriter.CreateAsync(new ParquetSchema(index, id, count), stream, cancellationToken: cancellation).ConfigureAwait(false);
            await using (writer.ConfigureAwait(false))
            {
                using var group = writer.CreateRowGroup();
                await group.WriteAsync<int>(index, indices, cancellationToken: cancellation).ConfigureAwait(false);
                await ParquetIds.WriteAsync(group, id, ids, indices).ConfigureAwait(false);
                await group.WriteAsync<int>(count, counts, cancellationToken: cancellation).ConfigureAwait(false);
                group.CompleteValidate();
            }
        }
    }

    public static async Task<IdIndex> ReadAsync(string path, IdType type, CancellationToken cancellation)
    {
        var reader = await ParquetReader.CreateAsync(path, cancellationToken: cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            using var group = reader.OpenRowGroupReader(0);
            return await ParquetIds.ReadAsync(group, reader.Schema.FindDataField(IdColumn), type, cancellation).ConfigureAwait(false);
        }
    }
}
