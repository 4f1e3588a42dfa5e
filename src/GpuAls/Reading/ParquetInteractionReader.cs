using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace GpuAls.Reading;

/// <summary>Plays from a Parquet file, one batch a row group.</summary>
internal sealed class ParquetInteractionReader(InputFile file, InteractionSchema schema)
{
    /// <summary>Runs of equal values take few bytes; no file of plays comes near this.</summary>
    private const long MostRowsPerByte = 1 << 16;

    public async IAsyncEnumerable<InteractionBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        ParquetFooter.Check(file);
        var reader = await Guard(() => ParquetReader.CreateAsync(file.Path, cancellationToken: cancellation), cancellation).ConfigureAwait(false);
        await using var owned = reader.ConfigureAwait(false);
        var columns = await Guard(() => Task.FromResult(new ParquetColumns(file, schema, reader.Schema)), cancellation).ConfigureAwait(false);
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            cancellation.ThrowIfCancellationRequested();
            var index = group;
            yield return await Guard(() => ReadGroupAsync(reader, columns, index, cancellation), cancellation).ConfigureAwait(false);
        }
    }

    private async Task<InteractionBatch> ReadGroupAsync(ParquetReader reader, ParquetColumns columns, int index, CancellationToken cancellation)
    {
        using var group = reader.OpenRowGroupReader(index);
        var rowCount = RowCount(group, index);
        var users = await ReadAsync(group, columns.User, cancellation).ConfigureAwait(false);
        var items = await ReadAsync(group, columns.Item, cancellation).ConfigureAwait(false);
        using var weights = columns.Weight is { } field ? await ReadAsync(group, field, cancellation).ConfigureAwait(false) : null;
        return ParquetBatchBuilder.Build(file, index, rowCount, users, items, weights, (index + 1.0) / reader.RowGroupCount);
    }

    private async Task<ParquetColumnData> ReadAsync(ParquetRowGroupReader group, DataField column, CancellationToken cancellation)
    {
        Check(group, column);
        try
        {
            return await ParquetColumnData.ReadAsync(group, column, cancellation).ConfigureAwait(false);
        }
        catch (NotSupportedException)
        {
            var encodings = string.Join(", ", group.GetMetadata(column)!.MetaData!.Encodings);
            throw Bad($"column '{column.Name}' is {ParquetNames.Of(column.SchemaElement)} in {encodings}, which is not supported. Write it with PLAIN or dictionary encoding");
        }
    }

    private int RowCount(ParquetRowGroupReader group, int index)
    {
        // A damaged count must not become a huge allocation.
        if (group.RowCount < 0 || group.RowCount > Math.Min(Array.MaxLength, file.Bytes * MostRowsPerByte))
            throw Bad($"row group {index} says it has {group.RowCount:N0} rows. The file is damaged, or written with row groups that are too large");
        return (int)group.RowCount;
    }

    private void Check(ParquetRowGroupReader group, DataField column)
    {
        if (group.GetMetadata(column)?.MetaData is not { } data) throw Bad($"column '{column.Name}' is absent from a row group; write the file again");
        if (data.NumValues != group.RowCount) throw Bad($"column '{column.Name}' has {data.NumValues:N0} values in a row group of {group.RowCount:N0}; copy or write the file again");
        if (data.Codec is CompressionCodec.LZ4 or CompressionCodec.LZO)
            throw Bad($"column '{column.Name}' is compressed by {data.Codec} (Hadoop's framing), which is not read. Write it with ZSTD, SNAPPY, GZIP or LZ4_RAW");
    }

    private GpuAlsException Bad(string problem) => new(FailureKind.BadInput, $"{file.Path}: {problem}.");

    /// <summary>Parquet.Net fails in many ways on damaged files; to the user it is one. Where it does not return, cancellation leaves it.</summary>
    private async Task<T> Guard<T>(Func<Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(read, CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (NotSupportedException exception)
        {
            throw Bad($"it has something that is not supported: {ParquetNames.InPlaceOfDotNet(exception.Message)}. Write it with another type or encoding");
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or GpuAlsException or OutOfMemoryException))
        {
            throw new GpuAlsException(
                FailureKind.BadInput, $"{file.Path} cannot be read as Parquet: {ParquetNames.InPlaceOfDotNet(exception.Message)}. The file may be truncated or damaged; copy or write it again.", exception);
        }
    }
}
