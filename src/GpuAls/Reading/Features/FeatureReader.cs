using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace GpuAls;

/// <summary>Reads tables of features: Parquet, delimited text and JSON Lines, as files, folders or globs.</summary>
internal static class FeatureReader
{
    /// <summary>Reads all rows.</summary>
    /// <param name="location">A file, a folder or a glob.</param>
    /// <param name="schema">What is read, and how.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the file cannot be read, lacks a column, or has bad rows.
    /// </exception>
    public static async Task<FeatureRows> ReadAsync(
        string location, FeatureSchema schema, CancellationToken cancellation)
    {
        var rows = new FeatureRows(schema);
        foreach (var file in await InputLocation.ResolveAsync([location], cancellation).ConfigureAwait(false))
        {
            cancellation.ThrowIfCancellationRequested();
            var target = new FeatureFile(file, schema, rows);
            switch (file.Format)
            {
                case InputFormat.Parquet:
                    await ParquetFeatures.ReadAsync(file, target, cancellation).ConfigureAwait(false);
                    break;
                case InputFormat.Delimited:
                    await DelimitedFeatures.ReadAsync(file, schema.Text, target, cancellation).ConfigureAwait(false);
                    break;
                default:
                    await JsonFeatures.ReadAsync(file, schema.Text, target, cancellation).ConfigureAwait(false);
                    break;
            }
        }

        rows.End(location);
        return rows;
    }
}

/// <summary>A file of features, as its rows are added.</summary>
internal sealed class FeatureFile(InputFile file, FeatureSchema schema, FeatureRows rows)
{
    /// <summary>Checks the names of the columns, and adds them.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: there are no ids, or a name is there twice.</exception>
    public void AddColumns(IReadOnlyList<string> names)
    {
        if (!names.Contains(schema.IdColumn) && !file.Partitions.ContainsKey(schema.IdColumn))
            throw TextErrors.Bad(
                file,
                $"has no column {Quoted.Of(schema.IdColumn)}, the ids of {schema.Option}. It has: "
                + $"{string.Join(", ", names)}. Choose with {schema.IdOption}.");
        var twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null) throw TextErrors.Bad(file, $"has the column {Quoted.Of(twice.Key)} twice");
        foreach (var name in names.Concat(file.Partitions.Keys)) rows.AddColumn(name);
    }

    /// <summary>Whether a column is needed.</summary>
    public bool Needs(string name) => name == schema.IdColumn || schema.Has(name);

    /// <summary>Begins a row.</summary>
    /// <param name="id">Its id; null where the file has none in this row.</param>
    /// <param name="number">Its line or row, from 1.</param>
    /// <param name="unit">line or row.</param>
    /// <returns>False if the row is left out.</returns>
    public bool Begin(string? id, long number, string unit)
    {
        if (id is null && file.Partitions.TryGetValue(schema.IdColumn, out var partition)) id = partition.Text;
        if (!rows.Begin(id, Place(number, unit))) return false;
        foreach (var (name, value) in file.Partitions)
            if (value.Text is { } text) rows.Set(name, FeatureCell.Of(text));
        return true;
    }

    /// <summary>Sets a value of the row.</summary>
    public void Set(string column, FeatureCell cell) => rows.Set(column, cell);

    /// <summary>Leaves out a row, or fails at the end.</summary>
    public void Reject(long number, string unit, string problem) => rows.Reject(Place(number, unit), problem);

    /// <summary>The column of ids.</summary>
    public string IdColumn => schema.IdColumn;

    private string Place(long number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{file.Path}, {unit} {number}");
}

/// <summary>Features in delimited text, with the dialects of plays.</summary>
internal static class DelimitedFeatures
{
    public static async Task ReadAsync(
        InputFile file, InteractionSchema schema, FeatureFile rows, CancellationToken cancellation)
    {
        using var blocks = new TextBlocks(
            file, await TextSource.OpenAsync(file, schema, cancellation).ConfigureAwait(false));
        if (!blocks.Fill()) return;
        var dialect = TextDialect.Of(file, schema, blocks.Pending);
        var cutter = new RecordCutter(file, dialect);
        string[]? names = null;
        while (blocks.Fill())
        {
            cancellation.ThrowIfCancellationRequested();
            (int Length, int Lines) cut;
            while ((cut = cutter.Cut(blocks.Pending, blocks.IsLast, blocks.Line)).Length == 0) blocks.Grow();
            using var block = blocks.Take(cut.Length, cut.Lines);
            if (!Utf8.IsValid(block.Bytes)) throw TextErrors.NotUtf8(file);
            Read(block, cutter.Records, schema.HasHeader, rows, ref names);
        }
    }

    private static void Read(
        TextBlock block, DelimitedRecords records, bool hasHeader, FeatureFile rows, ref string[]? names)
    {
        var scratch = Array.Empty<byte>();
        var text = block.Bytes;
        var line = block.FirstLine;
        while (records.TryRead(text, isLast: true, [], out var record) && record.Length > 0)
        {
            if (record is { IsBlank: false, IsComment: false })
            {
                var fields = new DelimitedField[record.FieldCount];
                records.TryRead(text, isLast: true, fields, out _);
                var values = new string[fields.Length];
                for (var i = 0; i < values.Length; i++)
                    values[i] = Encoding.UTF8.GetString(records.TextOf(text, fields[i], ref scratch));
                var isHeader = names is null && hasHeader;
                if (names is null) rows.AddColumns(names = isHeader ? values : Numbers(values.Length));
                if (!isHeader) Add(names, values, line, rows);
            }

            text = text[record.Length..];
            line += record.Lines;
        }
    }

    private static void Add(string[] names, string[] values, long line, FeatureFile rows)
    {
        if (values.Length != names.Length)
        {
            rows.Reject(
                line, "line",
                $"it has {Counted.Of(values.Length, "field")}, and the first line {names.Length}");
            return;
        }

        var id = Array.IndexOf(names, rows.IdColumn);
        if (!rows.Begin(id < 0 ? null : values[id], line, "line")) return;
        for (var i = 0; i < names.Length; i++) rows.Set(names[i], FeatureCell.Of(values[i]));
    }

    private static string[] Numbers(int count) =>
        [.. Enumerable.Range(1, count).Select(number => number.ToString(CultureInfo.InvariantCulture))];
}

/// <summary>Features in JSON Lines: an object in each line.</summary>
internal static class JsonFeatures
{
    public static async Task ReadAsync(
        InputFile file, InteractionSchema schema, FeatureFile rows, CancellationToken cancellation)
    {
        using var blocks = new TextBlocks(
            file, await TextSource.OpenAsync(file, schema, cancellation).ConfigureAwait(false));
        var hasColumns = false;
        while (blocks.Fill())
        {
            cancellation.ThrowIfCancellationRequested();
            var lines = blocks.PendingLines();
            using var block = blocks.Take(lines.Length, lines.Count((byte)'\n'));
            if (!Utf8.IsValid(block.Bytes)) throw TextErrors.NotUtf8(file);
            var number = block.FirstLine - 1;
            foreach (var range in block.Bytes.Split((byte)'\n'))
            {
                number++;
                if (block.Bytes[range].IndexOfAnyExcept(" \t\r"u8) < 0) continue;
                Read(file, block.Bytes[range].ToArray(), number, rows, ref hasColumns);
            }
        }
    }

    private static void Read(InputFile file, byte[] line, long number, FeatureFile rows, ref bool hasColumns)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw TextErrors.BadLine(
                    file, number,
                    $"found {JsonRow.Article(document.RootElement.ValueKind)}, expected one JSON object per line.");
            var values = new List<(string Name, JsonElement Value)>();
            Flatten(document.RootElement, "", values);
            var names = values.Select(value => value.Name).ToArray();
            if (!hasColumns) rows.AddColumns(names);
            hasColumns = true;
            var id = values.FirstOrDefault(value => value.Name == rows.IdColumn).Value;
            if (!rows.Begin(TextOf(id), number, "line")) return;
            foreach (var (name, value) in values)
                if (rows.Needs(name)) rows.Set(name, CellOf(file, number, name, value));
        }
        catch (JsonException exception)
        {
            throw TextErrors.BadLine(
                file, number, $"{JsonRow.Reason(exception)}; expected one JSON object per line.");
        }
    }

    private static void Flatten(JsonElement record, string prefix, List<(string Name, JsonElement Value)> values)
    {
        foreach (var field in record.EnumerateObject())
            if (field.Value.ValueKind == JsonValueKind.Object) Flatten(field.Value, $"{prefix}{field.Name}.", values);
            else values.Add((prefix + field.Name, field.Value));
    }

    private static FeatureCell CellOf(InputFile file, long number, string name, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => FeatureCell.Missing,
            JsonValueKind.Number => FeatureCell.Of(value.GetDouble()),
            JsonValueKind.Array => FeatureCell.Of([.. value.EnumerateArray()
                .Where(element => element.ValueKind != JsonValueKind.Null)
                .Select(element => TextOf(element) ?? throw TextErrors.BadLine(
                    file, number,
                    $"{Quoted.Of(name)} has {JsonRow.Article(element.ValueKind)} in its list; expected strings or "
                    + "numbers."))]),
            _ => FeatureCell.Of(TextOf(value) ?? ""),
        };

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };
}
