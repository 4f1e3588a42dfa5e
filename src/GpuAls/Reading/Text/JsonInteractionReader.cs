using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;

namespace GpuAls;

/// <summary>
/// Plays from JSON Lines: each line is an object, of which some fields are read. Blocks of lines are parsed in
/// parallel.
/// </summary>
internal sealed class JsonInteractionReader(InputFile file, InteractionSchema schema)
{
    private const string OneObject = "expected one JSON object per line";

    /// <param name="part">
    /// What is read: from the front to the end of that part, to count the lines; what comes before is not parsed.
    /// </param>
    /// <param name="cancellation">Looked at between blocks.</param>
    public async IAsyncEnumerable<BatchWork> ReadAsync(
        FilePart part, [EnumeratorCancellation] CancellationToken cancellation)
    {
        part = TextSource.PartOf(file, part);
        if (!part.IsAny) yield break;
        using var blocks = new TextBlocks(
            file, await TextSource.OpenAsync(file, schema, cancellation).ConfigureAwait(false));
        if (!blocks.Fill()) yield break;
        var constants = FindConstants(blocks.PendingLines());
        while (blocks.Fill() && !part.IsBehind(blocks.Position, TextBlocks.BlockBytes))
        {
            cancellation.ThrowIfCancellationRequested();
            var isWanted = part.Has(blocks.Position, TextBlocks.BlockBytes);
            var block = Take(blocks);
            if (isWanted) yield return Work(block, constants);
            else block.Dispose();
        }
    }

    private static TextBlock Take(TextBlocks blocks)
    {
        var lines = blocks.PendingLines();
        return blocks.Take(lines.Length, lines.Count((byte)'\n'));
    }

    private BatchWork Work(TextBlock block, bool[] constants) => _ =>
    {
        using var owned = block;
        if (!Utf8.IsValid(block.Bytes)) throw TextErrors.NotUtf8(file);
        var rows = new TextRows(
            file,
            schema,
            constants[JsonRow.User],
            constants[JsonRow.Item],
            constants[JsonRow.Weight],
            constants[JsonRow.Time],
            constants[JsonRow.Event]);
        var row = new JsonRow(schema, constants);
        var number = block.FirstLine;
        foreach (var range in block.Bytes.Split((byte)'\n'))
        {
            var line = block.Bytes[range];
            if (!IsBlank(line)) row.Read(line, number, rows);
            number++;
        }

        return Task.FromResult(rows.Build(block.Fraction));
    };

    /// <summary>
    /// Throws unless each column that is read is a field of one of the first lines. JSON has no header, and writers
    /// such as Spark leave out fields that are null. A column that only the directories have is a constant.
    /// </summary>
    /// <returns>[columns], whether each is a constant.</returns>
    private bool[] FindConstants(ReadOnlySpan<byte> lines)
    {
        if (!Utf8.IsValid(lines)) throw TextErrors.NotUtf8(file);
        var names = new List<string>();
        var number = 0L;
        var isFirst = true;
        foreach (var range in lines.Split((byte)'\n'))
        {
            number++;
            if (IsBlank(lines[range])) continue;
            AddNames(lines[range].ToArray(), number, isFirst, names);
            isFirst = false;
            if (schema.Columns.All(column => names.Contains(column.Name) || file.Partitions.ContainsKey(column.Name)))
                break;
        }

        if (!isFirst) ColumnErrors.CheckNames(file.Path, schema, [.. names, .. file.Partitions.Keys.Except(names)]);
        return Array.ConvertAll(
            JsonRow.NamesOf(schema), name => name is not null && !names.Contains(name)
                && file.Partitions.ContainsKey(name));
    }

    private void AddNames(byte[] line, long number, bool isFirst, List<string> names)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind == JsonValueKind.Object) AddNames(document.RootElement, "", names);
            else if (isFirst)
                throw TextErrors.BadLine(
                    file,
                    number,
                    $"found {JsonRow.Article(document.RootElement.ValueKind)}, {OneObject}. {Convert(".[]")}");
        }
        catch (JsonException exception)
        {
            if (!isFirst) return; // it will be a bad row
            var filter = line.AsSpan().TrimStart(" \t"u8) is [(byte)'[', ..] ? ".[]" : ".";
            throw TextErrors.BadLine(file, number, $"{JsonRow.Reason(exception)}; {OneObject}. {Convert(filter)}");
        }
        catch (InvalidOperationException)
        {
            // A name has an escape that is not Unicode, so it is not one of those looked for.
        }
    }

    private static void AddNames(JsonElement record, string prefix, List<string> names)
    {
        foreach (var field in record.EnumerateObject())
        {
            var name = prefix + field.Name;
            if (!names.Contains(name)) names.Add(name);
            if (field.Value.ValueKind == JsonValueKind.Object) AddNames(field.Value, $"{name}.", names);
        }
    }

    private static string Convert(string filter) => $"Convert the file, for example with: jq -c '{filter}'";

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;
}
