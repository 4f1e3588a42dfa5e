using System.Globalization;
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
        Task<ParquetColumnData> Read(
            ParquetField? field,
            string name,
            Func<ParquetField, ParquetValues?> valuesFor,
            Func<PartitionValue, ParquetValues> constantsFor) =>
            field is null
                ? Task.FromResult(Constant(name, parquet.RowCount(group), constantsFor))
                : parquet.ReadAsync(group, field, valuesFor(field)!, cancellation);

        List<Task<ParquetColumnData>> reading = [];
        try
        {
            reading.Add(Read(columns.User, schema.UserColumn, ParquetIdValues.For, IdsOf));
            reading.Add(Read(columns.Item, schema.ItemColumn, ParquetIdValues.For, IdsOf));
            if (schema.WeightColumn is { } weight)
                reading.Add(Read(columns.Weight, weight, ParquetWeights.For, _ => new ParquetTextWeights()));
            if (schema.TimeColumn is { } time)
                reading.Add(Read(columns.Time, time, ParquetTimes.For, _ => new ParquetTimeTexts()));
            var read = await Task.WhenAll(reading).ConfigureAwait(false);
            var weights = schema.WeightColumn is null ? null : read[2];
            var times = schema.TimeColumn is null ? null : read[^1];
            var fraction = (group + 1.0) / parquet.GroupCount;
            return new ParquetBatchBuilder(
                file, group, schema.Feedback, read[0], read[1], weights, times).Build(fraction);
        }
        catch
        {
            await ((Task)Task.WhenAll(reading)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var column in reading.Where(column => column.IsCompletedSuccessfully))
                (await column.ConfigureAwait(false)).Dispose();
            throw;
        }
    }

    /// <summary>A column that has the same value in every row, which a directory says.</summary>
    private ParquetColumnData Constant(string name, int rows, Func<PartitionValue, ParquetValues> valuesOf)
    {
        var value = file.Partitions[name];
        var column = new ParquetColumnData(name, rows, valuesOf(value));
        column.Indices.Span.Fill(value.Text is null ? ParquetColumnData.Null : 0);
        if (value.Text is not null) column.Values.Add(Plain(value, column.Values), 1);
        return column;
    }

    private static ParquetValues IdsOf(PartitionValue value) => value.Type switch
    {
        IdType.Text => new ParquetTexts(),
        var type => new ParquetIntegers<long, long>(type),
    };

    /// <summary>The value in Parquet's PLAIN encoding.</summary>
    private static byte[] Plain(PartitionValue value, ParquetValues values)
    {
        if (values is ParquetIntegers<long, long>)
            return BitConverter.GetBytes(long.Parse(value.Text!, CultureInfo.InvariantCulture));
        return [.. BitConverter.GetBytes(value.Utf8.Length), .. value.Utf8];
    }
}
