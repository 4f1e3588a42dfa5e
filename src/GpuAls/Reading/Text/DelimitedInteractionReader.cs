using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace GpuAls;

/// <summary>
/// Plays from delimited text. It is cut into blocks of whole records, by their line ends as long as there are no
/// quotes; the blocks are parsed in parallel. An empty file has no plays.
/// </summary>
internal sealed class DelimitedInteractionReader(InputFile file, InteractionSchema schema)
{
    /// <param name="part">
    /// What is read: from the front to the end of that part, because only what comes before says where a quoted field
    /// ends; what comes before is not parsed.
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
        var dialect = TextDialect.Of(file, schema, blocks.Pending);
        var cutter = new RecordCutter(file, dialect);
        if (FindColumns(blocks, cutter, dialect) is not { } columns) yield break;
        while (blocks.Fill() && !part.IsBehind(blocks.Position, TextBlocks.BlockBytes))
        {
            cancellation.ThrowIfCancellationRequested();
            var isWanted = part.Has(blocks.Position, TextBlocks.BlockBytes);
            var (block, read) = Take(blocks, cutter, dialect, columns);
            if (isWanted) yield return Work(block, read, columns);
            else block.Dispose();
        }
    }

    /// <summary>
    /// Looks the columns up in the header, which is the first line that is neither empty nor a comment.
    /// </summary>
    /// <returns>Null if there is no such line.</returns>
    private DelimitedColumns? FindColumns(TextBlocks blocks, RecordCutter cutter, TextDialect dialect)
    {
        if (!schema.HasHeader) return DelimitedColumns.Numbered(file, schema);
        while (blocks.Fill())
        {
            (int Length, int Lines) header;
            while ((header = cutter.Cut(blocks.Pending, blocks.IsLast, blocks.Line, most: 1)).Length == 0)
                blocks.Grow();
            var names = Names(cutter.Records, blocks.Pending[..header.Length]);
            blocks.Skip(header.Length, header.Lines);
            if (names is not null) return DelimitedColumns.Named(file, schema, names, dialect);
        }

        return null;
    }

    private string[]? Names(DelimitedRecords records, ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text)) throw TextErrors.NotUtf8(file);
        records.TryRead(text, isLast: true, [], out var record);
        if (record.IsBlank || record.IsComment) return null;
        var fields = new DelimitedField[record.FieldCount];
        records.TryRead(text, isLast: true, fields, out _);
        var names = new string[fields.Length];
        var scratch = Array.Empty<byte>();
        for (var i = 0; i < names.Length; i++)
            names[i] = Encoding.UTF8.GetString(records.TextOf(text, fields[i], ref scratch));
        return names;
    }

    private static (TextBlock Block, Action<TextBlock, TextRows> Read) Take(
        TextBlocks blocks, RecordCutter cutter, TextDialect dialect, DelimitedColumns columns)
    {
        var lines = blocks.PendingLines();
        if (DelimitedRecords.ArePlain(lines, dialect))
        {
            var taken = blocks.Take(lines.Length, lines.Count((byte)'\n'));
            return (taken, (block, rows) => new PlainLines(dialect).Read(block, columns, rows));
        }

        (int Length, int Lines) cut;
        while ((cut = cutter.Cut(blocks.Pending, blocks.IsLast, blocks.Line)).Length == 0) blocks.Grow();
        var records = cutter.Records;
        return (
            blocks.Take(cut.Length, cut.Lines), (block, rows) => Read(records, dialect, block, columns, rows));
    }

    private BatchWork Work(TextBlock block, Action<TextBlock, TextRows> read, DelimitedColumns columns) => _ =>
    {
        using var owned = block;
        if (!Utf8.IsValid(block.Bytes)) throw TextErrors.NotUtf8(file);
        var rows = new TextRows(
            file, schema, columns.User < 0, columns.Item < 0, columns.Weight < 0, columns.Time < 0, columns.Event < 0);
        read(block, rows);
        return Task.FromResult(rows.Build(block.Fraction));
    };

    private static void Read(
        DelimitedRecords records, TextDialect dialect, TextBlock block, DelimitedColumns columns, TextRows rows)
    {
        var text = block.Bytes;
        var line = block.FirstLine;
        var fields = new DelimitedField[columns.Needed];
        byte[] user = [], item = [], weight = [], time = [], kind = [];
        while (records.TryRead(text, isLast: true, fields, out var record) && record.Length > 0)
        {
            if (record is { IsBlank: false, IsComment: false })
            {
                if (record.FieldCount < columns.Needed)
                    rows.RejectShort(line, record.FieldCount, columns.Needed, dialect);
                else
                    rows.Add(
                        line,
                        columns.User < 0 ? [] : records.TextOf(text, fields[columns.User], ref user),
                        columns.Item < 0 ? [] : records.TextOf(text, fields[columns.Item], ref item),
                        columns.Weight < 0 ? [] : records.TextOf(text, fields[columns.Weight], ref weight),
                        columns.Time < 0 ? [] : records.TextOf(text, fields[columns.Time], ref time),
                        columns.Event < 0 ? [] : records.TextOf(text, fields[columns.Event], ref kind));
            }

            text = text[record.Length..];
            line += record.Lines;
        }
    }
}

/// <summary>The rows of plain lines, see <see cref="DelimitedRecords.ArePlain"/>.</summary>
/// <param name="dialect">How they are to be read.</param>
internal readonly struct PlainLines(TextDialect dialect)
{
    /// <summary>Reads all lines of a block.</summary>
    public void Read(TextBlock block, DelimitedColumns columns, TextRows rows)
    {
        var starts = new int[columns.Needed + 1]; // of the fields, and of the one after the last
        var comment = dialect.CommentPrefix;
        var number = block.FirstLine;
        for (var rest = block.Bytes; !rest.IsEmpty; number++)
        {
            var line = NextLine(rest, out var length);
            rest = rest[length..];
            if (line.IsEmpty || (comment.Length > 0 && line.StartsWith(comment))) continue;
            var fields = Split(line, starts);
            if (fields < columns.Needed) rows.RejectShort(number, fields, columns.Needed, dialect);
            else
                rows.Add(
                    number,
                    columns.User < 0 ? [] : Field(line, starts, columns.User),
                    columns.Item < 0 ? [] : Field(line, starts, columns.Item),
                    columns.Weight < 0 ? [] : Field(line, starts, columns.Weight),
                    columns.Time < 0 ? [] : Field(line, starts, columns.Time),
                    columns.Event < 0 ? [] : Field(line, starts, columns.Event));
        }
    }

    /// <summary>A line without its end.</summary>
    /// <param name="bytes">Begin with it.</param>
    /// <param name="length">Its bytes with its end.</param>
    private static ReadOnlySpan<byte> NextLine(ReadOnlySpan<byte> bytes, out int length)
    {
        var end = bytes.IndexOf((byte)'\n');
        length = end < 0 ? bytes.Length : end + 1;
        var line = end < 0 ? bytes : bytes[..end];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, int[] starts, int ordinal)
    {
        var field = line[starts[ordinal]..(starts[ordinal + 1] - dialect.Delimiter.Length)];
        return dialect.TrimsBlanks ? field.Trim((byte)' ') : field;
    }

    /// <summary>Finds the fields of a line, as many as are needed.</summary>
    /// <returns>How many there are.</returns>
    private int Split(ReadOnlySpan<byte> line, int[] starts)
    {
        ReadOnlySpan<byte> delimiter = dialect.Delimiter;
        for (var field = 1; field < starts.Length; field++)
        {
            var rest = line[starts[field - 1]..];
            var length = delimiter.Length == 1 ? rest.IndexOf(delimiter[0]) : rest.IndexOf(delimiter);
            if (length >= 0)
            {
                starts[field] = starts[field - 1] + length + delimiter.Length;
                continue;
            }

            starts[field] = line.Length + delimiter.Length;
            return field;
        }

        return starts.Length - 1;
    }
}

/// <summary>
/// Where users, items, weights, times and events are in the lines of a text file; -1 where they are not read from
/// there.
/// </summary>
/// <param name="User">Index from 0.</param>
/// <param name="Item">Index from 0.</param>
/// <param name="Weight">Index from 0.</param>
/// <param name="Time">Index from 0.</param>
/// <param name="Event">Index from 0.</param>
internal readonly record struct DelimitedColumns(int User, int Item, int Weight, int Time, int Event)
{
    /// <summary>Number of fields that a line must have.</summary>
    public int Needed => 1 + Math.Max(Math.Max(User, Item), Math.Max(Math.Max(Weight, Time), Event));

    /// <summary>Finds the columns by the names in a header.</summary>
    public static DelimitedColumns Named(
        InputFile file, InteractionSchema schema, string[] header, TextDialect dialect)
    {
        ColumnErrors.CheckNames(
            file.Path, schema, [.. header, .. file.Partitions.Keys.Except(header)], dialect.Hint(header));
        return Of(schema, (name, _) => Array.IndexOf(header, name));
    }

    /// <summary>Finds the columns by their numbers.</summary>
    public static DelimitedColumns Numbered(InputFile file, InteractionSchema schema) =>
        Of(schema, (name, option) => file.Partitions.ContainsKey(name) ? -1 : Number(name, option));

    private static DelimitedColumns Of(InteractionSchema schema, Func<string, string, int> find) => new(
        find(schema.UserColumn, schema.UserOption),
        find(schema.ItemColumn, schema.ItemOption),
        schema.WeightColumn is { } weight ? find(weight, "--weight-column") : -1,
        schema.TimeColumn is { } time ? find(time, "--time-column") : -1,
        schema.EventColumn is { } kind ? find(kind, "--event-column") : -1);

    private static int Number(string name, string option)
    {
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1)
            return number - 1;
        throw new GpuAlsException(
            FailureKind.Usage, $"{option} is '{name}'; with --no-header, columns are named by number, from 1.");
    }
}
