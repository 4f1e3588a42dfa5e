using System.Text;
using Sylvan.Data.Csv;

namespace GpuAls;

/// <summary>
/// The records of a text file, one after the other. Fields are quoted as in RFC 4180; tab-separated text knows no quotes, since
/// names in it have bare ones.
/// </summary>
internal sealed class DelimitedLines : IDisposable
{
    private const int BufferChars = 1 << 16;
    private const int MaximumChars = 1 << 24;

    // Low half of a surrogate pair: no text begins with it, so that no line is taken for a comment.
    private const char NoComment = '\uDC00';

    // The reader cannot do without a quote; this control character stands in no text.
    private const char NoQuote = '\u001F';

    private readonly InputFile _file;
    private readonly TextBlocks _blocks;
    private readonly CsvDataReader _reader;
    private readonly Func<bool> _read; // one delegate, not one a record
    private readonly byte[][] _utf8 = [[], [], [], []];
    private int _lastUtf8;
    private long _nextLine;

    /// <param name="file">The file.</param>
    /// <param name="delimiter">What separates fields.</param>
    /// <param name="blocks">What of it is left.</param>
    /// <param name="block">The block that was read last, if it is to be read here.</param>
    public DelimitedLines(InputFile file, char delimiter, TextBlocks blocks, TextBlock? block)
    {
        (_file, _blocks) = (file, blocks);
        var text = blocks.Rest(block);
        _nextLine = blocks.Line;
        _reader = Guard(() => CsvDataReader.Create(text, Options(delimiter)));
        _read = _reader.Read;
    }

    /// <summary>Where the record begins, counted from 1 in lines of the file: a quoted field may go on over several.</summary>
    public long Line { get; private set; }

    /// <summary>Fields of the record.</summary>
    public int FieldCount => _reader.RowFieldCount;

    /// <summary>Whether the record is an empty line.</summary>
    public bool IsBlank => FieldCount == 0 || (FieldCount == 1 && Field(0).IsEmpty);

    /// <summary>How much of the file was read, 0 .. 1.</summary>
    public double Fraction => _blocks.Fraction;

    /// <summary>A field of the record, valid until another is asked for: those with doubled quotes share a buffer.</summary>
    public ReadOnlySpan<char> Field(int ordinal) => _reader.GetFieldSpan(ordinal);

    /// <summary>All fields of the record.</summary>
    public string[] Texts() => Enumerable.Range(0, FieldCount).Select(ordinal => Field(ordinal).ToString()).ToArray();

    /// <summary>A field of the record as UTF-8, valid until three others were asked for.</summary>
    public ReadOnlySpan<byte> Utf8(int ordinal)
    {
        var text = Field(ordinal);
        ref var buffer = ref _utf8[_lastUtf8 = (_lastUtf8 + 1) % _utf8.Length];
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (buffer.Length < most) buffer = new byte[most];
        return buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer));
    }

    /// <summary>Whether fields may be quoted.</summary>
    public static bool HasQuotes(char delimiter) => delimiter != '\t';

    /// <summary>Goes to the next record.</summary>
    /// <returns>False at the end of the file.</returns>
    public bool Read()
    {
        if (!Guard(_read)) return false;
        Line = _nextLine;
        _nextLine += Math.Max(1, _reader.GetRawRecordSpan().Count('\n'));
        return true;
    }

    public void Dispose() => _reader.Dispose();

    private static CsvDataReaderOptions Options(char delimiter)
    {
        var quote = HasQuotes(delimiter) ? '"' : NoQuote;
        return new CsvDataReaderOptions
        {
            HasHeaders = false,
            Delimiter = delimiter,
            Comment = NoComment,
            Quote = quote,
            Escape = quote,
            BufferSize = BufferChars,
            MaxBufferSize = MaximumChars,
        };
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return TextErrors.Guard(_file, read);
        }
        catch (CsvRecordTooLargeException exception)
        {
            throw TextErrors.Bad(_file, $"line {_nextLine} has more than {MaximumChars:N0} characters. A quote may be open; check the line.", exception);
        }
        catch (CsvFormatException exception)
        {
            throw TextErrors.Bad(_file, $"line {_nextLine}: {exception.Message.TrimEnd('.')}. Check the quotes from that line on.", exception);
        }
    }
}
