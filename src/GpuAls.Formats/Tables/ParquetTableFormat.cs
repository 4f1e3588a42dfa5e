using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace GpuAls.Formats;

/// <summary>Tables of Parquet: <c>id</c> and <c>factors: list&lt;float&gt;</c>.</summary>
internal sealed class ParquetTableFormat() : FactorTableFormat("parquet", ".parquet")
{
    /// <summary>Factors in a row group.</summary>
    private const int GroupFloats = 1 << 22;

    private static readonly ParquetOptions Options = new() { CompressionMethod = CompressionMethod.Snappy };

    /// <inheritdoc/>
    protected override Task WriteTableAsync(
        Stream stream, IdIndex ids, FactorMatrix factors, CancellationToken cancellation) =>
        WriteAsync(stream, ids, factors, FactorsColumn, cancellation);

    /// <summary>Writes <c>id</c> and lists of floats.</summary>
    /// <param name="stream">Where it is written.</param>
    /// <param name="ids">The id of each row.</param>
    /// <param name="factors">The lists.</param>
    /// <param name="name">The name of their column.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task WriteAsync(
        Stream stream, IdIndex ids, FactorMatrix factors, string name, CancellationToken cancellation)
    {
        var (id, element) = (Field(ids), new DataField<float>("element"));
        var schema = new ParquetSchema(id, new ListField(name, element));
        var writer = await ParquetWriter.CreateAsync(schema, stream, Options, cancellationToken: cancellation)
            .ConfigureAwait(false);
        await using var closing = writer.ConfigureAwait(false);
        var groupRows = Math.Max(1, GroupFloats / factors.Rank);
        for (var first = 0; first < factors.RowCount; first += groupRows)
        {
            var count = Math.Min(groupRows, factors.RowCount - first);
            using var group = writer.CreateRowGroup();
            await WriteIdsAsync(group, id, ids, first, count, cancellation).ConfigureAwait(false);
            var repetition = new int[count * factors.Rank];
            for (var i = 0; i < repetition.Length; i++) repetition[i] = i % factors.Rank == 0 ? 0 : 1;
            var definition = new int[repetition.Length];
            Array.Fill(definition, element.MaxDefinitionLevel);
            await group.WriteAllPartsAsync<float>(
                element, factors.Rows(new RowRange(first, count)), definition, repetition,
                cancellation).ConfigureAwait(false);
            group.CompleteValidate();
        }
    }

    /// <inheritdoc/>
    protected override async Task<ForeignSide> ReadTableAsync(
        IByteSource file, string idColumn, CancellationToken cancellation)
    {
        var ids = await ReadIdsAsync(file, idColumn, cancellation).ConfigureAwait(false);
        var bytes = await file.ReadAllAsync(cancellation).ConfigureAwait(false);
        var reader = await ParquetReader.CreateAsync(new MemoryStream(bytes), cancellationToken: cancellation)
            .ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        var fields = reader.Schema.GetDataFields();
        var chosen = TableColumn.Factors(file.Name, [.. fields.Select(field => Column(field, idColumn))]);
        var factors = new GatheredFactors(file.Name);
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var columns = new List<(float[] Values, int Rank)>();
            foreach (var at in chosen)
                columns.Add(await ReadAsync(file, group, fields[at], cancellation).ConfigureAwait(false));
            factors.Add(Interleave(file, columns), columns.Count == 1 ? columns[0].Rank : columns.Count);
        }

        return factors.With(ids);
    }

    private static TableColumn Column(DataField field, string idColumn)
    {
        var (name, isNested) = (field.Path.FirstPart ?? field.Name, field.Path.Length > 1);
        var isList = isNested && field.MaxRepetitionLevel == 1;
        var isFloat = field.ClrType == typeof(float) || field.ClrType == typeof(double);
        return new TableColumn(name, isFloat && (isList || !isNested) && name != idColumn, isList);
    }

    /// <summary>The values of a column chunk, all there, and how many a row has.</summary>
    private static async Task<(float[] Values, int Rank)> ReadAsync(
        IByteSource file, ParquetRowGroupReader group, DataField field, CancellationToken cancellation)
    {
        FormatErrors.RequirePlausible(file, group.GetMetadata(field)?.MetaData?.NumValues ?? 0);
        using var column = await group.ReadRawColumnDataBaseAsync(field, cancellation).ConfigureAwait(false);
        if (field.MaxDefinitionLevel > 0 && column.DefinitionLevels.ContainsAnyExcept(field.MaxDefinitionLevel))
            throw FormatErrors.Damaged(file.Name, "has a factor that is null, or a row without factors");
        var values = column switch
        {
            RawColumnData<float> floats => floats.Values.ToArray(),
            RawColumnData<double> doubles => Array.ConvertAll(doubles.Values.ToArray(), value => (float)value),
            _ => throw FormatErrors.Damaged(file.Name, "has factors that are not floats"),
        };
        if (field.MaxRepetitionLevel == 0) return (values, 1);
        var levels = column.RepetitionLevels;
        var rank = levels.Length == 0 ? 0 : levels[1..].IndexOf(0) + 1;
        if (rank == 0) rank = levels.Length;
        for (var at = 0; at < levels.Length; at++)
            if (levels[at] == 0 != (at % rank == 0))
                throw FormatErrors.Damaged(
                    file.Name, $"has rows of different lengths, {rank} factors in the first of them");
        return rank == 0 || levels.Length % rank == 0
            ? (values, rank)
            : throw FormatErrors.Damaged(file.Name, "has rows of different lengths");
    }

    /// <summary>[rows, rank], from one column of lists or from as many columns as there are factors.</summary>
    private static float[] Interleave(IByteSource file, List<(float[] Values, int Rank)> columns)
    {
        if (columns.Count == 1) return columns[0].Values;
        var rows = columns[0].Values.Length;
        if (columns.Exists(column => column.Values.Length != rows))
            throw FormatErrors.Damaged(file.Name, "has columns of different lengths");
        var values = new float[(long)rows * columns.Count];
        for (var at = 0; at < columns.Count; at++)
            for (var row = 0; row < rows; row++) values[(row * columns.Count) + at] = columns[at].Values[row];
        return values;
    }

    private static async Task<IdIndex> ReadIdsAsync(
        IByteSource source, string idColumn, CancellationToken cancellation)
    {
        var file = await ParquetFile.OpenAsync(source, cancellation).ConfigureAwait(false);
        var field = file.Schema.Leaves.SingleOrDefault(leaf => leaf.Name == idColumn && !leaf.IsRepeated)
            ?? throw TableColumn.NoIds(source.Name, idColumn, file.Schema.Leaves.Select(leaf => leaf.Name));
        var groups = new List<ParquetColumnData>();
        try
        {
            var type = IdType.Text;
            for (var group = 0; group < file.GroupCount; group++)
            {
                var values = ParquetIdValues.For(field)
                    ?? throw FormatErrors.Damaged(
                        source.Name, $"column {Quoted.Of(idColumn)} is {field.TypeName}; {ParquetIdValues.Expected}");
                groups.Add(await file.ReadAsync(group, field, values, cancellation).ConfigureAwait(false));
                type = values is ParquetIntegers<long, ulong> ? IdType.UnsignedInteger64 : values.Type;
            }

            return ParquetIds.Collect(type, groups);
        }
        finally
        {
            groups.ForEach(group => group.Dispose());
        }
    }

    private static DataField Field(IdIndex ids) => ids switch
    {
        IdIndex<string> => new DataField<string>(IdColumn, nullable: false),
        IdIndex<int> => new DataField<int>(IdColumn),
        IdIndex<long> => new DataField<long>(IdColumn),
        IdIndex<ulong> => new DataField<ulong>(IdColumn),
        IdIndex<Guid> => new DataField<Guid>(IdColumn),
        _ => throw new ArgumentOutOfRangeException(nameof(ids)),
    };

    private static Task WriteIdsAsync(
        ParquetRowGroupWriter group, DataField field, IdIndex ids, int first, int count,
        CancellationToken cancellation)
    {
        return ids switch
        {
            IdIndex<string> texts => group.WriteAsync(field, texts.Ids.Slice(first, count).ToArray()),
            IdIndex<int> integers => WriteAsync(integers),
            IdIndex<long> integers => WriteAsync(integers),
            IdIndex<ulong> integers => WriteAsync(integers),
            IdIndex<Guid> uuids => WriteAsync(uuids),
            _ => throw new ArgumentOutOfRangeException(nameof(ids)),
        };

        Task WriteAsync<T>(IdIndex<T> numbers)
            where T : struct =>
            group.WriteAsync<T>(field, numbers.Ids.Slice(first, count), cancellationToken: cancellation);
    }
}
