namespace GpuAls;

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
