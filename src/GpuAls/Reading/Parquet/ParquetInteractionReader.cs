using System.Globalization;
using System.Runtime.CompilerServices;

namespace GpuAls;

/// <summary>Plays from a Parquet file, one batch per row group.</summary>
/// <param name="file">The file.</param>
/// <param name="schema">Which columns.</param>
/// <param name="opening">The file, if its footer is being read already.</param>
internal sealed class ParquetInteractionReader(
    InputFile file, InteractionSchema schema, Task<ParquetFile>? opening = null)
{
    /// <summary>The row groups, to be read by several threads at once.</summary>
    /// <param name="part">Which are read; a row group starts behind the bytes that those before it take.</param>
    /// <param name="cancellation">Stops it.</param>
    public async IAsyncEnumerable<BatchWork> ReadAsync(
        FilePart part, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!part.IsAny) yield break;
        opening ??= ParquetFile.OpenAsync(file.Source, cancellation, file.ExpansionLimit(schema));
        var parquet = await opening.ConfigureAwait(false);
        var columns = new ParquetColumns(file, schema, parquet.Schema);
        var (first, end) = GroupsOf(parquet, columns, part);
        var ahead = new GroupsAhead(parquet, columns, end, file.Source.ReadAheadBytes, cancellation);
        await using var owned = ahead.ConfigureAwait(false);
        for (var index = first; index < end; index++)
        {
            var (group, bytes) = (index, ahead.Take(index));
            yield return token => Task.Run(() => BatchAsync(parquet, columns, group, bytes, token), token);
        }
    }

    /// <summary>The first of the row groups that a process reads, and the first after them.</summary>
    private static (int First, int End) GroupsOf(ParquetFile parquet, ParquetColumns columns, FilePart part)
    {
        var bytes = new long[parquet.GroupCount]; // of a damaged file they may be anything
        for (var group = 0; group < bytes.Length; group++)
            bytes[group] = Math.Max(0, parquet.BytesOf(group, columns.Read));
        var total = bytes.Aggregate(Int128.Zero, (sum, of) => sum + of);
        var (first, end, before) = (0, 0, Int128.Zero);
        for (; end < bytes.Length; before += bytes[end++])
        {
            var position = (long)(part.Bytes * before / Int128.Max(1, total));
            var length = (long)(part.Bytes * (Int128)bytes[end] / Int128.Max(1, total));
            if (part.IsBehind(position, length)) break;
            if (!part.Has(position, length)) first = end + 1;
        }

        return (first, end);
    }

    private async Task<InteractionBatch> BatchAsync(
        ParquetFile parquet,
        ParquetColumns columns,
        int group,
        Task<ParquetGroupBytes>? fetching,
        CancellationToken cancellation)
    {
        using var bytes = fetching is null ? null : await fetching.ConfigureAwait(false);
        // Columns are decoded side by side, so that a file of one row group keeps more than one core busy.
        Task<ParquetColumnData> Decode(ParquetField field, ParquetValues values) => bytes is null
            ? parquet.ReadAsync(group, field, values, cancellation)
            : Task.Run(() => parquet.Decode(group, field, values, bytes.Of(field)), CancellationToken.None);

        Task<ParquetColumnData> Read(
            ParquetField? field,
            string name,
            Func<ParquetField, ParquetValues?> valuesFor,
            Func<PartitionValue, ParquetValues> constantsFor) =>
            field is null
                ? Task.FromResult(Constant(name, parquet.RowCount(group), constantsFor))
                : Decode(field, valuesFor(field)!);

        List<Task<ParquetColumnData>> reading = [];
        try
        {
            reading.Add(Read(columns.User, schema.UserColumn, ParquetIdValues.For, IdsOf));
            reading.Add(Read(columns.Item, schema.ItemColumn, ParquetIdValues.For, IdsOf));
            if (schema.WeightColumn is { } weight)
                reading.Add(Read(columns.Weight, weight, ParquetWeights.For, _ => new ParquetTextWeights()));
            if (schema.TimeColumn is { } time)
                reading.Add(Read(columns.Time, time, ParquetTimes.For, _ => new ParquetTimeTexts()));
            if (schema.EventColumn is { } kind) reading.Add(Read(columns.Event, kind, ParquetEvents.For, IdsOf));
            var read = await Task.WhenAll(reading).ConfigureAwait(false);
            var weights = schema.WeightColumn is null ? null : read[2];
            var times = schema.TimeColumn is null ? null : read[schema.WeightColumn is null ? 2 : 3];
            var events = schema.EventColumn is null ? null : read[^1];
            var fraction = (group + 1.0) / parquet.GroupCount;
            return new ParquetBatchBuilder(
                file, group, schema, read[0], read[1], weights, times, events).Build(fraction);
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

/// <summary>
/// Fetches row groups before they are decoded, as many as fit into some bytes, but always the one that is next. Where
/// the source needs none of that, each column is read when it is decoded.
/// </summary>
internal sealed class GroupsAhead : IAsyncDisposable
{
    private readonly ParquetFile _parquet;
    private readonly IReadOnlyList<ParquetField> _fields;
    private readonly int _end;
    private readonly int _bytes;
    private readonly CancellationTokenSource _stop;
    private readonly Queue<(Task<ParquetGroupBytes> Fetching, long Bytes)> _ahead = [];
    private int _next;
    private long _held;

    /// <param name="parquet">The file.</param>
    /// <param name="columns">The columns to fetch.</param>
    /// <param name="end">The first row group that is not fetched.</param>
    /// <param name="bytes">Bytes to hold at most; 0 fetches nothing.</param>
    /// <param name="cancellation">Stops it.</param>
    public GroupsAhead(
        ParquetFile parquet, ParquetColumns columns, int end, int bytes, CancellationToken cancellation)
    {
        (_parquet, _fields, _end, _bytes) = (parquet, columns.Read, end, bytes);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>The bytes of the next row group, to be disposed of by the caller; null if none are fetched.</summary>
    public Task<ParquetGroupBytes>? Take(int group)
    {
        if (_bytes == 0) return null;
        _next = Math.Max(_next, group);
        for (; _next < _end; _next++)
        {
            var bytes = _parquet.BytesOf(_next, _fields);
            if (_ahead.Count > 0 && _held + bytes > _bytes) break;
            _ahead.Enqueue((_parquet.FetchAsync(_next, _fields, _stop.Token), bytes));
            _held += bytes;
        }

        var taken = _ahead.Dequeue();
        _held -= taken.Bytes;
        return taken.Fetching;
    }

    /// <summary>Drops what was not taken.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ahead.Count > 0) await _stop.CancelAsync().ConfigureAwait(false);
        foreach (var (fetching, _) in _ahead)
        {
            await ((Task)fetching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (fetching.IsCompletedSuccessfully) (await fetching.ConfigureAwait(false)).Dispose();
        }
    }
}
