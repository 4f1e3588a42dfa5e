using System.Globalization;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace GpuAls;

/// <summary>Features in Parquet: numbers, strings, and lists of them.</summary>
internal static class ParquetFeatures
{
    public static async Task ReadAsync(InputFile file, FeatureFile rows, CancellationToken cancellation)
    {
        try
        {
            var bytes = await file.Source.ReadAllAsync(cancellation).ConfigureAwait(false);
            var reader = await ParquetReader.CreateAsync(new MemoryStream(bytes), cancellationToken: cancellation)
                .ConfigureAwait(false);
            await using var closing = reader.ConfigureAwait(false);
            var fields = reader.Schema.GetDataFields();
            rows.AddColumns([.. fields.Select(NameOf)]);
            long row = 0;
            for (var i = 0; i < reader.RowGroupCount; i++)
            {
                using var group = reader.OpenRowGroupReader(i);
                row += await ReadAsync(file, group, fields, row, rows, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (GpuAlsException.IsDamage(exception))
        {
            // Whatever the library throws at a damaged file is said of the file.
            throw TextErrors.Bad(
                file,
                $"cannot be read as Parquet: {exception.Message.TrimEnd('.')}. The file may be truncated or damaged; "
                + "copy or write it again.",
                exception);
        }
    }

    private static async Task<long> ReadAsync(
        InputFile file, ParquetRowGroupReader group, DataField[] fields, long before, FeatureFile rows,
        CancellationToken cancellation)
    {
        var count = checked((int)group.RowCount);
        var columns = new List<(string Name, FeatureCell[] Cells)>();
        string?[]? ids = null;
        foreach (var field in fields.Where(field => rows.Needs(NameOf(field))))
        {
            var (values, levels) = await ReadAsync(file, group, field, cancellation).ConfigureAwait(false);
            var isId = NameOf(field) == rows.IdColumn;
            if (isId && levels is not null) throw Unsupported(file, field, "lists, not ids");
            if (isId) ids = Array.ConvertAll(values, value => value is null ? null : TextOf(value));
            else
                columns.Add(
                    (NameOf(field), levels is null ? Array.ConvertAll(values, Cell) : Lists(values, levels, count)));
        }

        for (var row = 0; row < count; row++)
        {
            if (!rows.Begin(ids?[row], before + row + 1, "row")) continue;
            foreach (var (name, cells) in columns) rows.Set(name, cells[row]);
        }

        return count;
    }

    /// <summary>A column of a list has the name of the list; a field of a struct has those of all structs.</summary>
    private static string NameOf(DataField field) => field.MaxRepetitionLevel > 0
        ? field.Path.FirstPart!
        : string.Join('.', field.Path.ToList());

    /// <returns>The values, null where there is none, and for lists their levels: 0 begins a row.</returns>
    private static async Task<(object?[] Values, int[]? Levels)> ReadAsync(
        InputFile file, ParquetRowGroupReader group, DataField field, CancellationToken cancellation)
    {
        if (field.MaxRepetitionLevel > 1) throw Unsupported(file, field, "lists of lists");
        using var raw = await group.ReadRawColumnDataBaseAsync(field, cancellation).ConfigureAwait(false);
        object?[] values = raw switch
        {
            RawColumnData<ReadOnlyMemory<char>> texts => Values(texts, field, text => text.ToString()),
            RawColumnData<bool> flags => Values(flags, field, flag => flag ? "true" : "false"),
            RawColumnData<Guid> ids => Values(ids, field, id => id.ToString()),
            RawColumnData<sbyte> numbers => Values(numbers, field, Number),
            RawColumnData<byte> numbers => Values(numbers, field, Number),
            RawColumnData<short> numbers => Values(numbers, field, Number),
            RawColumnData<ushort> numbers => Values(numbers, field, Number),
            RawColumnData<int> numbers => Values(numbers, field, Number),
            RawColumnData<uint> numbers => Values(numbers, field, Number),
            RawColumnData<long> numbers => Values(numbers, field, Number),
            RawColumnData<ulong> numbers => Values(numbers, field, Number),
            RawColumnData<float> numbers => Values(numbers, field, Number),
            RawColumnData<double> numbers => Values(numbers, field, Number),
            RawColumnData<decimal> numbers => Values(numbers, field, Number),
            _ => throw Unsupported(file, field, field.ClrType.Name),
        };
        return (values, field.MaxRepetitionLevel == 0 ? null : raw.RepetitionLevels.ToArray());

        static object Number<T>(T number)
            where T : struct, IFormattable => number;
    }

    /// <summary>The list of each row.</summary>
    private static FeatureCell[] Lists(object?[] values, int[] levels, int count)
    {
        var lists = new List<string>[count];
        var row = -1;
        for (var i = 0; i < values.Length; i++)
        {
            if (levels[i] == 0) lists[++row] = [];
            if (values[i] is { } value) lists[row].Add(TextOf(value));
        }

        return Array.ConvertAll(lists, list => FeatureCell.Of([.. list]));
    }

    /// <summary>One for each level: null where there is no value.</summary>
    private static object?[] Values<T>(RawColumnData<T> raw, DataField field, Func<T, object> convert)
        where T : struct
    {
        if (field.MaxDefinitionLevel == 0) return Array.ConvertAll(raw.Values.ToArray(), value => convert(value));
        var levels = raw.DefinitionLevels;
        var values = raw.Values;
        var converted = new object?[levels.Length];
        for (int i = 0, next = 0; i < levels.Length; i++)
            if (levels[i] == field.MaxDefinitionLevel) converted[i] = convert(values[next++]);
        return converted;
    }

    private static FeatureCell Cell(object? value) => value switch
    {
        null => FeatureCell.Missing,
        string text => FeatureCell.Of(text),
        _ => FeatureCell.Of(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
    };

    private static string TextOf(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static GpuAlsException Unsupported(InputFile file, DataField field, string type) => TextErrors.Bad(
        file,
        $"has the column {Quoted.Of(NameOf(field))} of {type}, which is not supported as a feature; expected numbers, "
        + "strings, or lists of them. Choose other columns with --item-feature-columns or --user-feature-columns.");
}
