using System.Runtime.CompilerServices;

namespace GpuAls;

/// <summary>Plays from a Parquet file, one batch per row group.</summary>
internal sealed class ParquetInteractionReader(InputFile file, InteractionSchema schema)
{
    /// <summary>The row groups, to be read by several threads at once.</summary>
    public async IAsyncEnumerable<BatchWork> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var parquet = await ParquetFile.OpenAsync(file.Source, cancellation).ConfigureAwait(false);
        var columns = new ParquetColumns(file, schema, parquet.Schema);
        for (var index = 0; index < parquet.GroupCount; index++)
        {
            var group = index;
            yield return token => Task.Run(() => BatchAsync(parquet, columns, group, token), token);
        }
    }

    private async Task<InteractionBatch> BatchAsync(
        ParquetFile parquet, ParquetColumns columns, int group, CancellationToken cancellation)
    {
        Task<ParquetColumnData>[] reading =
        [
            parquet.ReadAsync(group, columns.User, ParquetIdValues.For(columns.User)!, cancellation),
            parquet.ReadAsync(group, columns.Item, ParquetIdValues.For(columns.Item)!, cancellation),
            .. columns.Weight is { } weight ? [parquet.ReadAsync(group, weight, ParquetWeights.For(weight)!, cancellation)] : NoColumn,
            .. columns.Time is { } time ? [parquet.ReadAsync(group, time, ParquetTimes.For(time)!, cancellation)] : NoColumn,
        ];
        try
        {
            var read = await Task.WhenAll(reading).ConfigureAwait(false);
            var weights = columns.Weight is null ? null : read[2];
            var times = columns.Time is null ? null : read[^1];
            var fraction = (group + 1.0) / parquet.GroupCount;
            return new ParquetBatchBuilder(file, group, schema.Feedback, read[0], read[1], weights, times).Build(fraction);
        }
        catch
        {
            foreach (var column in reading.Where(column => column.IsCompletedSuccessfully)) (await column.ConfigureAwait(false)).Dispose();
            throw;
        }
    }

    private static Task<ParquetColumnData>[] NoColumn => [];
}
