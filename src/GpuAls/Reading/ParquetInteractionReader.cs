using System.Runtime.CompilerServices;
using Parquet;

namespace GpuAls.Reading;

/// <summary>Plays from a Parquet file, one batch a row group.</summary>
internal sealed class ParquetInteractionReader(InputFile file, InteractionSchema schema)
{
    public async IAsyncEnumerable<InteractionBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        ParquetFooter.Check(file);
        var reader = await Guard(() => ParquetReader.CreateAsync(file.Path, cancellationToken: cancellation)).ConfigureAwait(false);
        await using var owned = reader.ConfigureAwait(false);
        var columns = await Guard(() => Task.FromResult(new ParquetColumns(file, schema, reader.Schema))).ConfigureAwait(false);
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            cancellation.ThrowIfCancellationRequested();
            var index = group;
            yield return await Guard(() => ReadGroupAsync(reader, columns, index, cancellation)).ConfigureAwait(false);
        }
    }

    private async Task<InteractionBatch> ReadGroupAsync(ParquetReader reader, ParquetColumns columns, int index, CancellationToken cancellation)
    {
        using var group = reader.OpenRowGroupReader(index);
        var rowCount = RowCount(group, index);
        var users = await ParquetColumnData.ReadAsync(group, columns.User, rowCount, cancellation).ConfigureAwait(false);
        var items = await ParquetColumnData.ReadAsync(group, columns.Item, rowCount, cancellation).ConfigureAwait(false);
        using var weights = columns.Weight is { } field ? await ParquetColumnData.ReadAsync(group, field, rowCount, cancellation).ConfigureAwait(false) : null;
        return ParquetBatchBuilder.Build(file, index, rowCount, users, items, weights, (index + 1.0) / reader.RowGroupCount);
    }

    private int RowCount(ParquetRowGroupReader group, int index)
    {
        // A row takes at least one bit; a damaged count must not become a huge allocation.
        if (group.RowCount < 0 || group.RowCount > Array.MaxLength)
            throw new GpuAlsException(FailureKind.BadInput, $"{file.Path}: row group {index} says it has {group.RowCount:N0} rows. The file is damaged, or written with row groups that are too large.");
        return (int)group.RowCount;
    }

    /// <summary>Parquet.Net fails in many ways on damaged files; to the user it is one.</summary>
    private async Task<T> Guard<T>(Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or GpuAlsException))
        {
            throw new GpuAlsException(
                FailureKind.BadInput, $"{file.Path} cannot be read as Parquet: {exception.Message.TrimEnd('.')}. The file may be truncated or damaged; copy or write it again.", exception);
        }
    }
}
