using Parquet;
using Parquet.Data;
using Parquet.Serialization;

namespace GpuAls.Formats;

/// <summary>The tables of Spark's models: factors of numbers, and labels whose positions are the numbers.</summary>
internal static class SparkParquet
{
    private static readonly ParquetOptions Options = new() { CompressionMethod = CompressionMethod.Snappy };

    /// <summary>Writes <c>id: int, features: array&lt;float&gt;</c>, a row for each row of factors.</summary>
    public static Task WriteFactorsAsync(Stream stream, FactorMatrix factors, CancellationToken cancellation) =>
        ParquetTableFormat.WriteAsync(
            stream, new IdIndex<int>([.. Enumerable.Range(0, factors.RowCount)]), factors, "features", cancellation);

    /// <summary>Reads what <see cref="WriteFactorsAsync"/> or Spark writes, sorted by number.</summary>
    /// <param name="folder">The folder of part files.</param>
    /// <param name="rank">How many factors each row must have.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: it has no such files, or other columns.</exception>
    public static async Task<(int[] Numbers, FactorMatrix Factors)> ReadFactorsAsync(
        string folder, int rank, CancellationToken cancellation)
    {
        var rows = new List<(int Number, float[] Part, int Row)>();
        foreach (var file in await SparkMetadata.FilesAsync(folder, cancellation).ConfigureAwait(false))
            await GuardAsync(file, () => ReadFactorsAsync(file, rank, rows, cancellation)).ConfigureAwait(false);
        rows.Sort((one, other) => one.Number.CompareTo(other.Number));
        var twice = Enumerable.Range(1, Math.Max(0, rows.Count - 1))
            .FirstOrDefault(i => rows[i].Number == rows[i - 1].Number);
        if (twice > 0) throw FormatErrors.Damaged(folder, $"has factors of number {rows[twice].Number} twice");
        var factors = FactorMatrix.Uninitialized(rows.Count, rank);
        for (var i = 0; i < rows.Count; i++)
            rows[i].Part.AsSpan(rows[i].Row * rank, rank).CopyTo(factors.Row(i));
        return ([.. rows.Select(row => row.Number)], factors);
    }

    /// <summary>
    /// Writes <c>labelsArray: array&lt;array&lt;string&gt;&gt;</c>: one row with one list of the ids.
    /// </summary>
    public static async Task WriteLabelsAsync(Stream stream, IdIndex ids, CancellationToken cancellation)
    {
        var labels = Enumerable.Range(0, ids.Count).Select(string? (index) => ids.Format(index)).ToList();
        await ParquetSerializer.SerializeAsync(
            [new Labels { labelsArray = [labels] }], stream, Options, cancellationToken: cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>The labels of each column of an indexer, by number.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: it has no such file.</exception>
    public static async Task<IReadOnlyList<IReadOnlyList<string>>> ReadLabelsAsync(
        string folder, CancellationToken cancellation)
    {
        foreach (var file in await SparkMetadata.FilesAsync(folder, cancellation).ConfigureAwait(false))
        {
            var labels = await GuardAsync(file, () => ReadLabelsAsync(file, cancellation)).ConfigureAwait(false);
            if (labels is not null) return labels;
        }

        throw FormatErrors.Damaged(folder, "has no labels");
    }

    private static async Task<bool> ReadFactorsAsync(
        IByteSource file, int rank, List<(int Number, float[] Part, int Row)> rows, CancellationToken cancellation)
    {
        var reader = await OpenAsync(file, cancellation).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        var fields = reader.Schema.GetDataFields();
        var id = Array.Find(fields, field => field.Path.FirstPart == "id");
        var features = Array.Find(fields, field => field.Path.FirstPart == "features");
        if (id is null || features is null)
            throw FormatErrors.Damaged(file.Name, "has other columns than id and features");
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var values = group.GetMetadata(features)?.MetaData?.NumValues ?? 0;
            if (values != group.RowCount * rank)
                throw FormatErrors.Damaged(file.Name, $"has rows with other than {rank} features");
            FormatErrors.RequirePlausible(file, values);
            var count = (int)group.RowCount;
            var (numbers, levels) = (new int[count], new int[values]);
            var factors = new float[levels.Length];
            if (id.IsNullable)
            {
                var nullable = new int?[count];
                await group.ReadAsync<int>(id, (Memory<int?>)nullable, cancellationToken: cancellation)
                    .ConfigureAwait(false);
                numbers = Array.ConvertAll(
                    nullable, number => number ?? throw FormatErrors.Damaged(file.Name, "has an id that is null"));
            }
            else
            {
                await group.ReadAsync<int>(id, numbers, cancellationToken: cancellation).ConfigureAwait(false);
            }

            await group.ReadRawAsync<float>(features, factors, new int[levels.Length], levels, cancellation)
                .ConfigureAwait(false);
            for (var at = 0; at < levels.Length; at++)
                if (levels[at] == 0 != (at % rank == 0))
                    throw FormatErrors.Damaged(file.Name, $"has rows with other than {rank} features");
            rows.AddRange(numbers.Select((number, row) => (number, factors, row)));
        }

        return true;
    }

    /// <summary>Level by level, as Spark names the levels of lists in more than one way.</summary>
    private static async Task<List<List<string>>?> ReadLabelsAsync(IByteSource file, CancellationToken cancellation)
    {
        var reader = await OpenAsync(file, cancellation).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        var field = Array.Find(
            reader.Schema.GetDataFields(), field => field.Path.FirstPart is "labelsArray" or "labels")
            ?? throw FormatErrors.Damaged(file.Name, "has no column labelsArray");
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            if (group.RowCount == 0) continue;
            using var read = await group.ReadRawColumnDataBaseAsync(field, cancellation).ConfigureAwait(false);
            var column = read as RawColumnData<ReadOnlyMemory<char>>
                ?? throw FormatErrors.Damaged(file.Name, "has labels that are no strings");
            var (levels, labels) = (column.RepetitionLevels.ToArray(), new List<List<string>>());
            foreach (var (at, label) in column.NullableValues.Index())
            {
                if (at == 0 || levels[at] < field.MaxRepetitionLevel) labels.Add([]);
                labels[^1].Add(
                    (label ?? throw FormatErrors.Damaged(file.Name, "has a label that is null")).ToString());
            }

            return labels;
        }

        return null;
    }

    private static async Task<ParquetReader> OpenAsync(IByteSource file, CancellationToken cancellation)
    {
        var bytes = await file.ReadAllAsync(cancellation).ConfigureAwait(false);
        return await ParquetReader.CreateAsync(new MemoryStream(bytes), cancellationToken: cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>Whatever the library throws at a damaged file is said of the file.</summary>
    private static async Task<T> GuardAsync<T>(IByteSource file, Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception damage) when (GpuAlsException.IsDamage(damage))
        {
            throw FormatErrors.Damaged(file.Name, $"cannot be read as Parquet: {damage.Message.TrimEnd('.')}");
        }
    }

    /// <summary>A row of an indexer: the labels of each of its columns. Named as Spark names the column.</summary>
    internal sealed class Labels
    {
        public List<List<string?>?>? labelsArray { get; set; }
    }
}
