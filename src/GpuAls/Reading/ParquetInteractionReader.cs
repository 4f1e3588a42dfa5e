using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;

namespace GpuAls;

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
        return new ParquetGroup(file, index, group.RowCount, columns.All.ToDictionary(field => field, field => group.GetMetadata(field)));
    }

    private async Task<InteractionBatch> BatchAsync(ParquetGroup group, ParquetColumns columns, double fraction, CancellationToken cancellation)
    {
        var read = new List<ParquetColumnData>();
        async Task<ParquetColumnData> ReadAsync(DataField field, Func<DataField, ParquetValues> form)
        {
            read.Add(await group.ReadAsync(field, form, cancellation).ConfigureAwait(false));
            return read[^1];
        }

        try
        {
            var users = await ReadAsync(columns.User, ParquetForms.Ids).ConfigureAwait(false);
            var items = await ReadAsync(columns.Item, ParquetForms.Ids).ConfigureAwait(false);
            var weights = columns.Weight is { } weight ? await ReadAsync(weight, ParquetForms.Weights).ConfigureAwait(false) : null;
            var times = columns.Time is { } time ? await ReadAsync(time, field => ParquetForms.Times(field)!).ConfigureAwait(false) : null;
            return new ParquetBatchBuilder(file, group.Index, schema.Feedback, users, items, weights, times).Build(fraction);
        }
        catch
        {
            read.ForEach(column => column.Dispose());
            throw;
        }
    }
}
