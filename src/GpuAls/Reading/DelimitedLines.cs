using System.Text;
using Sylvan.Data.Csv;

namespace GpuAls.Reading;

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
    private readonly TextSource _source;
    private readonly CsvDataReader _reader;
    private readonly Func<bool> _read; // one delegate, not one a record
    private long _nextLine = 1;

    public DelimitedLines(InputFile file, char? delimiter)
    {
        _file = file;
        (_source, _reader) = Guard(() => Open(file, delimiter));
        _read = _reader.Read;
    }

    /// <summary>Where the record begins, counted from 1 in lines of the file: a quoted field may go on over several.</summary>
    public long Line { get; private set; }

    /// <summary>Fields of the record.</summary>
    public int FieldCount => _reader.RowFieldCount;

    /// <summary>Whether the record is an empty line.</summary>
    public bool IsBlank => FieldCount == 0 || (FieldCount == 1 && Field(0).IsEmpty);

    /// <summary>How much of the file was read, 0 .. 1.</summary>
    public double Fraction => _source.Fraction;

    /// <summary>A field of the record, valid until another is asked for: those with doubled quotes share a buffer.</summary>
    public ReadOnlySpan<char> Field(int ordinal) => _reader.GetFieldSpan(ordinal);

    /// <summary>A field of the record as UTF-8, valid until the next one.</summary>
    /// <param name="ordinal">The field.</param>
    /// <param name="buffer">Where it goes, grown to its length.</param>
    public ReadOnlySpan<byte> Utf8(int ordinal, ref byte[] buffer)
    {
        var text = Field(ordinal);
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (buffer.Length < most) buffer = new byte[most];
        return buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer));
    }

    /// <summary>Goes to the next record.</summary>
    /// <returns>False at the end of the file.</returns>
    public bool Read()
    {
        if (!Guard(_read)) return false;
        Line = _nextLine;
        _nextLine += Math.Max(1, _reader.GetRawRecordSpan().Count('\n'));
        return true;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _source.Dispose();
    }

    private static (TextSource Source, CsvDataReader Reader) Open(InputFile file, char? given)
    {
        var delimiter = given ?? Delimiters.Of(file);
        var source = new TextSource(file);
        var quote = delimiter == '\t' ? NoQuote : '"';
        var options = new CsvDataReaderOptions
        {
            HasHeaders = false,
            Delimiter = delimiter,
            Comment = NoComment,
            Quote = quote,
            Escape = quote,
            BufferSize = BufferChars,
            MaxBufferSize = MaximumChars,
        };
        return (source, CsvDataReader.Create(source.Reader, options));
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DecoderFallbackException exception)
        {
            throw Bad("is not UTF-8 text. Convert it, as with: iconv -t UTF-8", exception);
        }
        catch (CsvRecordTooLargeException exception)
        {
            throw Bad($"line {_nextLine} has more than {MaximumChars:N0} characters. A quote may be open; check the line.", exception);
        }
        catch (CsvFormatException exception)
        {
            throw Bad($"line {_nextLine}: {exception.Message.TrimEnd('.')}. Check the quotes from that line on.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or ZstdSharp.ZstdException)
        {
            throw Bad($"cannot be read: {exception.Message.TrimEnd('.')}. The file may be truncated or damaged; copy it again.", exception);
        }
    }

    private GpuAlsException Bad(string problem, Exception exception) => new(FailureKind.BadInput, $"{_file.Path} {problem}", exception);
}
