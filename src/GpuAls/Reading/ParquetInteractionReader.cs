using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;

namespace GpuAls.Reading;

/// <summary>Plays from a Parquet file, one batch a row group.</summary>
internal sealed class ParquetInteractionReader(InputFile file, InteractionSchema schema)
{
    /// <summary>The row groups, each to be read by whoever comes to it, several at once.</summary>
    public async IAsyncEnumerable<BatchWork> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        ParquetFooter.Check(file);
        var reader = await ParquetGuard.RunAsync(file, () => ParquetReader.CreateAsync(file.Path, cancellationToken: cancellation), cancellation).ConfigureAwait(false);
        await using var owned = reader.ConfigureAwait(false);
        var columns = await ParquetGuard.RunAsync(file, () => Task.FromResult(new ParquetColumns(file, schema, reader.Schema)), cancellation).ConfigureAwait(false);
        for (var index = 0; index < reader.RowGroupCount; index++)
        {
            var number = index;
            var group = await ParquetGuard.RunAsync(file, () => Task.FromResult(Group(reader, columns, number)), cancellation).ConfigureAwait(false);
            var fraction = (index + 1.0) / reader.RowGroupCount;
            yield return token => ParquetGuard.RunAsync(file, () => BatchAsync(group, columns, fraction, token), token);
        }
    }

    private ParquetGroup Group(ParquetReader reader, ParquetColumns columns, int index)
    {
        using var group = reader.OpenRowGroupReader(index);
        DataField[] fields = columns.Weight is { } weight ? [columns.User, columns.Item, weight] : [columns.User, columns.Item];
        return new ParquetGroup(file, index, group.RowCount, fields.ToDictionary(field => field, field => group.GetMetadata(field)));
    }

    private async Task<InteractionBatch> BatchAsync(ParquetGroup group, ParquetColumns columns, double fraction, CancellationToken cancellation)
    {
        var read = new List<ParquetColumnData>();
        try
        {
            read.Add(await group.ReadAsync(columns.User, ParquetForms.Ids, cancellation).ConfigureAwait(false));
            read.Add(await group.ReadAsync(columns.Item, ParquetForms.Ids, cancellation).ConfigureAwait(false));
            if (columns.Weight is { } weight) read.Add(await group.ReadAsync(weight, ParquetForms.Weights, cancellation).ConfigureAwait(false));
            return new ParquetBatchBuilder(file, group.Index, read[0], read[1], read.ElementAtOrDefault(2)).Build(fraction);
        }
        catch
        {
            read.ForEach(column => column.Dispose());
            throw;
        }
    }
}
