namespace GpuAls;

/// <summary>
/// The records of delimited text, one after the other: fields are quoted as in RFC 4180, or with another character
/// before the quotes in them. Outside of quotes, a quote is text like any other, and records end with a line (\n,
/// \r\n or \r).
/// </summary>
/// <param name="dialect">How the text is to be read.</param>
/// <param name="escape">What makes a quote in a quoted field text.</param>
internal readonly struct DelimitedRecords(TextDialect dialect, byte escape)
{
    public const byte Quote = (byte)'"';
    public const byte Backslash = (byte)'\\';

    /// <summary>
    /// Whether each line end is a record's: there are no quotes that mean anything, and no \r but before \n.
    /// </summary>
    public static bool ArePlain(ReadOnlySpan<byte> text, TextDialect dialect)
    {
        if (dialect.HasQuotes && text.Contains(Quote)) return false;
        for (var rest = text; rest.IndexOf((byte)'\r') is var at and >= 0; rest = rest[(at + 2)..])
            if (at + 1 >= rest.Length || rest[at + 1] != '\n') return false;
        return true;
    }

    /// <summary>Looks at the next record.</summary>
    /// <param name="text">Begins with it.</param>
    /// <param name="isLast">Whether nothing comes after the text.</param>
    /// <param name="fields">Receives where the first fields are.</param>
    /// <param name="record">Receives what there is.</param>
    /// <returns>False if the record does not end in the text, or is not a record.</returns>
    public bool TryRead(ReadOnlySpan<byte> text, bool isLast, Span<DelimitedField> fields, out DelimitedRecord record)
    {
        record = default;
        var next = 0;
        if (IsComment(text))
        {
            record.IsComment = true;
            return TryEnd(text, isLast, text.IndexOfAny((byte)'\n', (byte)'\r'), ref record);
        }

        while (true)
        {
            if (dialect.TrimsBlanks) next = Past(text, next, (byte)' ');
            var field = new DelimitedField { Start = next };
            if (dialect.HasQuotes && next < text.Length && text[next] == Quote)
            {
                if (!TryPastQuotes(text, isLast, ref next, ref field, ref record)) return false;
                if (dialect.TrimsBlanks) next = Past(text, next, (byte)' ');
            }
            else
            {
                next = EndOf(text, next);
                field.Length = next - field.Start;
                if (dialect.TrimsBlanks) field.Length = text.Slice(field.Start, field.Length).TrimEnd((byte)' ').Length;
            }

            if (record.FieldCount < fields.Length) fields[record.FieldCount] = field;
            record.FieldCount++;
            record.IsBlank = record.FieldCount == 1 && field.Length == 0;
            if (next >= text.Length || text[next] is (byte)'\n' or (byte)'\r')
                return TryEnd(text, isLast, next < text.Length ? next : -1, ref record);
            if (!text[next..].StartsWith(dialect.Delimiter))
            {
                record.IsBroken = isLast || text.Length - next >= dialect.Delimiter.Length;
                return false;
            }

            next += dialect.Delimiter.Length;
        }
    }

    /// <summary>The text of a field.</summary>
    /// <param name="text">What the record was read from.</param>
    /// <param name="field">Where the field is.</param>
    /// <param name="scratch">Receives the text if quotes are escaped in it.</param>
    public ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> text, DelimitedField field, ref byte[] scratch)
    {
        var raw = text.Slice(field.Start, field.Length);
        if (!field.HasEscapes) return raw;
        if (scratch.Length < raw.Length) scratch = new byte[Math.Max(raw.Length, 2 * scratch.Length)];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var isEscape = i + 1 < raw.Length
                && ((raw[i] == Quote && raw[i + 1] == Quote) || IsEscape(raw[i], raw[i + 1]));
            if (isEscape) i++;
            scratch[length++] = raw[i];
        }

        return scratch.AsSpan(0, length);
    }

    private static int Past(ReadOnlySpan<byte> text, int next, byte value)
    {
        var length = text[next..].IndexOfAnyExcept(value);
        return length < 0 ? text.Length : next + length;
    }

    private bool IsComment(ReadOnlySpan<byte> text) =>
        dialect.CommentPrefix.Length > 0 && text.StartsWith(dialect.CommentPrefix);

    private bool IsEscape(byte first, byte second) => first == escape && (second == Quote || second == escape);

    /// <summary>Where the delimiter or the line end is that ends a field without quotes.</summary>
    private int EndOf(ReadOnlySpan<byte> text, int next)
    {
        while (true)
        {
            var length = text[next..].IndexOfAny(dialect.Delimiter[0], (byte)'\n', (byte)'\r');
            if (length < 0) return text.Length;
            next += length;
            if (text[next] is (byte)'\n' or (byte)'\r' || text[next..].StartsWith(dialect.Delimiter)) return next;
            next++;
        }
    }

    private bool TryPastQuotes(
        ReadOnlySpan<byte> text, bool isLast, ref int next, ref DelimitedField field, ref DelimitedRecord record)
    {
        field.Start = ++next;
        while (true)
        {
            var length = text[next..].IndexOfAny(Quote, escape, Backslash);
            if (length < 0 || (next + length == text.Length - 1 && !isLast))
            {
                record.IsOpen = isLast;
                return false;
            }

            next += length;
            record.HasBackslashes |= text[next] == Backslash;
            var following = next + 1 < text.Length ? text[next + 1] : (byte)0;
            if ((text[next] == Quote && following == Quote) || IsEscape(text[next], following))
            {
                field.HasEscapes = true;
                next += 2;
                continue;
            }

            next++;
            if (text[next - 1] != Quote) continue;
            field.Length = next - 1 - field.Start;
            return true;
        }
    }

    private static bool TryEnd(ReadOnlySpan<byte> text, bool isLast, int end, ref DelimitedRecord record)
    {
        var needsMore = end < 0 || (text[end] == '\r' && end == text.Length - 1);
        if (needsMore && !isLast) return false;
        record.Length = end < 0 ? text.Length : end + (text[end..].StartsWith("\r\n"u8) ? 2 : 1);
        record.Lines = Math.Max(1, text[..record.Length].Count((byte)'\n'));
        return true;
    }
}

/// <summary>Where a field is, without its quotes.</summary>
internal record struct DelimitedField(int Start, int Length, bool HasEscapes);

/// <summary>What there is to know of a record besides its fields.</summary>
internal struct DelimitedRecord
{
    /// <summary>Bytes with the line end.</summary>
    public int Length;

    /// <summary>Lines: a quoted field may go on over several.</summary>
    public int Lines;

    public int FieldCount;

    /// <summary>Whether it is an empty line.</summary>
    public bool IsBlank;

    public bool IsComment;

    /// <summary>Whether a quoted field has a backslash, which may or may not escape quotes.</summary>
    public bool HasBackslashes;

    /// <summary>Whether the closing quote of a field is missing.</summary>
    public bool IsOpen;

    /// <summary>Whether something other than a delimiter follows a closing quote.</summary>
    public bool IsBroken;
}

/// <summary>
/// Finds where records end in text with quotes, and how its quotes are escaped: by doubling them, until a file cannot
/// be read in that way, but can be with backslashes.
/// </summary>
internal sealed class RecordCutter(InputFile file, TextDialect dialect)
{
    private byte? _escape = dialect.Escape;
    private long _lineWithBackslash;

    /// <summary>How quotes are escaped, as far as the text shows.</summary>
    public DelimitedRecords Records => new(dialect, _escape ?? DelimitedRecords.Quote);

    /// <summary>Finds the whole records at the beginning of a text.</summary>
    /// <param name="text">Begins with a record.</param>
    /// <param name="isLast">Whether nothing comes after it.</param>
    /// <param name="line">Number of its first line.</param>
    /// <param name="most">Records to find at most.</param>
    /// <returns>Their bytes, 0 if there is no whole record, and their lines.</returns>
    /// <exception cref="GpuAlsException">Kind BadInput: a record is not one, however quotes are escaped.</exception>
    public (int Length, int Lines) Cut(ReadOnlySpan<byte> text, bool isLast, long line, int most = int.MaxValue)
    {
        var cut = Cut(Records, text, isLast, most);
        if (_escape is null && cut.Failure is not null && text.Contains(DelimitedRecords.Backslash))
        {
            var other = Cut(new DelimitedRecords(dialect, DelimitedRecords.Backslash), text, isLast, most);
            if (other.Failure is null && _lineWithBackslash > 0)
                throw TextErrors.BadLine(
                    file,
                    line + cut.Lines,
                    $"quotes seem to be escaped by backslashes, which line {_lineWithBackslash} did not show. "
                    + "Say how they are escaped with --escape backslash or --escape quote.");
            if (other.Failure is null) (cut, _escape) = (other, DelimitedRecords.Backslash);
        }

        if (cut.Failure is { } failure)
            throw TextErrors.BadLine(
                file, line + cut.Lines, $"{failure} Check the quotes from that line on{Remedy()}.");
        if (_escape is null && cut.LineWithBackslash > 0 && _lineWithBackslash == 0)
            _lineWithBackslash = line + cut.LineWithBackslash - 1;
        return (cut.Length, cut.Lines);
    }

    private static Cutting Cut(DelimitedRecords records, ReadOnlySpan<byte> text, bool isLast, int most)
    {
        var cut = default(Cutting);
        for (var count = 0; count < most && cut.Length < text.Length; count++)
        {
            var rest = text[cut.Length..];
            if (PlainLine(rest) is var plain and > 0)
            {
                cut.Length += plain;
                cut.Lines++;
                continue;
            }

            var isWhole = records.TryRead(rest, isLast, [], out var record);
            if (record.HasBackslashes && cut.LineWithBackslash == 0) cut.LineWithBackslash = cut.Lines + 1;
            if (!isWhole)
            {
                if (record.IsOpen) cut.Failure = "the closing quote of a field is missing.";
                if (record.IsBroken) cut.Failure = "there is text after a closing quote.";
                break;
            }

            cut.Length += record.Length;
            cut.Lines += record.Lines;
        }

        return cut;
    }

    /// <summary>The length of the first line, if it has no quotes and no \r but before its \n; else 0.</summary>
    private static int PlainLine(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        if (end < 0) return 0;
        var special = text[..end].IndexOfAny(DelimitedRecords.Quote, (byte)'\r');
        return special < 0 || (special == end - 1 && text[special] == '\r') ? end + 1 : 0;
    }

    private string Remedy() =>
        dialect.Escape is null ? ", or say how they are escaped with --escape" : ", and --escape";

    private struct Cutting
    {
        public int Length;
        public int Lines;
        public int LineWithBackslash;
        public string? Failure;
    }
}
