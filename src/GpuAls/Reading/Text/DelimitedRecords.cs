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
