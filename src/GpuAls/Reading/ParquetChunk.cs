using Parquet.Meta;
using Parquet.Schema;
using static GpuAls.ParquetColumnData;

namespace GpuAls;

/// <summary>
/// Decodes the pages of a column chunk: PLAIN and dictionary encoding, versions 1 and 2, nullable or not. A dictionary stays one,
/// so that each of its values is looked at once, however many rows have it.
/// </summary>
internal ref struct ParquetChunk
{
    private readonly CompressionCodec _codec;
    private readonly bool _isNullable;
    private readonly ParquetValues _values;
    private readonly Span<int> _places;
    private int _dictionary;
    private int _rows;

    private ParquetChunk(CompressionCodec codec, bool isNullable, ParquetColumnData column)
    {
        (_codec, _isNullable) = (codec, isNullable);
        _values = column.Values;
        _places = column.Places.Span;
    }

    /// <summary>Decodes a chunk.</summary>
    /// <param name="chunk">Its bytes.</param>
    /// <param name="codec">Its compression.</param>
    /// <param name="field">The column.</param>
    /// <param name="column">Receives the places and values.</param>
    /// <returns>False where a page is in a form that is not known here.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static bool TryRead(ArraySegment<byte> chunk, CompressionCodec codec, DataField field, ParquetColumnData column)
    {
        var pages = new ParquetChunk(codec, field.MaxDefinitionLevel > 0, column);
        while (pages._rows < column.Places.Length)
            if (!pages.TryRead(NextPage(ref chunk, out var page), page)) return false;
        return true;
    }

    /// <summary>Checks the pages of a chunk whatever their form, for a reader that trusts in what they say of their sizes.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static void Check(ArraySegment<byte> chunk, CompressionCodec codec, int rows)
    {
        while (rows > 0)
        {
            var header = NextPage(ref chunk, out var page);
            Decompress(codec, header, page).Dispose();
            if (header.Type == PageType.DICTIONARY_PAGE) continue;
            if (header.Values > rows) throw TooMany();
            rows -= header.Values;
        }
    }

    private static ParquetPageHeader NextPage(ref ArraySegment<byte> chunk, out ArraySegment<byte> page)
    {
        var header = ParquetPageHeader.Read(chunk, out var length);
        if (header.CompressedBytes > chunk.Count - length) throw new InvalidDataException("a page goes on behind its column");
        page = chunk.Slice(length, header.CompressedBytes);
        if (header.Checksum is { } checksum && checksum != Crc32.Append(0, page)) throw new InvalidDataException("a page does not have its checksum");
        chunk = chunk[(length + header.CompressedBytes)..];
        return header;
    }

    /// <summary>A page without the levels of version 2, which are never compressed.</summary>
    private static RentedArray<byte> Decompress(CompressionCodec codec, ParquetPageHeader header, ArraySegment<byte> page)
    {
        var levels = (long)header.RepetitionBytes + header.DefinitionBytes;
        if (levels > Math.Min(header.Bytes, page.Count)) throw new InvalidDataException("the levels of a page go on behind it");
        return ParquetCompression.Decompress(header.IsCompressed ? codec : CompressionCodec.UNCOMPRESSED, page[(int)levels..], header.Bytes - (int)levels);
    }

    private static InvalidDataException TooMany() => new("it has more values than its row group has rows");

    private bool TryRead(ParquetPageHeader header, ArraySegment<byte> page) => header.Type switch
    {
        PageType.DICTIONARY_PAGE => TryReadDictionary(header, page),
        PageType.DATA_PAGE => TryReadVersion1(header, page),
        PageType.DATA_PAGE_V2 => TryReadVersion2(header, page),
        _ => true, // index pages have no values
    };

    private bool TryReadDictionary(ParquetPageHeader header, ArraySegment<byte> page)
    {
        if (header.Encoding is not (Encoding.PLAIN or Encoding.PLAIN_DICTIONARY)) return false;
        if (_values.Count > 0) throw new InvalidDataException("it has a dictionary behind its data");
        using var plain = Decompress(_codec, header, page);
        _values.Add(plain.Span, header.Values);
        _dictionary = header.Values;
        return true;
    }

    private bool TryReadVersion1(ParquetPageHeader header, ArraySegment<byte> page)
    {
        if (!IsKnown(header.Encoding) || (_isNullable && header.LevelEncoding != Encoding.RLE)) return false;
        using var plain = Decompress(_codec, header, page);
        ReadOnlySpan<byte> bytes = plain.Span;
        if (!_isNullable)
        {
            ReadValues(header, [], bytes);
            return true;
        }

        if (bytes.Length < sizeof(int) || BitConverter.ToInt32(bytes) is var length && (uint)length > (uint)(bytes.Length - sizeof(int)))
            throw new InvalidDataException("the definition levels of a page go on behind it");
        ReadValues(header, bytes.Slice(sizeof(int), length), bytes[(sizeof(int) + length)..]);
        return true;
    }

    private bool TryReadVersion2(ParquetPageHeader header, ArraySegment<byte> page)
    {
        if (!IsKnown(header.Encoding)) return false;
        using var plain = Decompress(_codec, header, page);
        ReadValues(header, page.AsSpan(header.RepetitionBytes, header.DefinitionBytes), plain.Span);
        return true;
    }

    private static bool IsKnown(Encoding encoding) => encoding is Encoding.PLAIN or Encoding.PLAIN_DICTIONARY or Encoding.RLE_DICTIONARY;

    private void ReadValues(ParquetPageHeader header, ReadOnlySpan<byte> levels, ReadOnlySpan<byte> bytes)
    {
        if (header.Values > _places.Length - _rows) throw TooMany();
        var places = _places.Slice(_rows, header.Values);
        _rows += header.Values;
        if (!_isNullable)
        {
            ReadPlaces(header.Encoding, bytes, places);
            return;
        }

        // Levels are 0 for null and 1 for a value, so their sum is the number of values, which stand at the end until they are spread.
        HybridRuns.Decode(levels, 1, places);
        if (places.ContainsAnyExceptInRange(0, 1)) throw new InvalidDataException("a page has definition levels above 1");
        var count = 0;
        foreach (var level in places) count += level;
        using var present = new RentedArray<int>(count);
        ReadPlaces(header.Encoding, bytes, present.Span);
        Spread(present.Span, places);
    }

    private static void Spread(ReadOnlySpan<int> present, Span<int> places)
    {
        var next = 0;
        for (var row = 0; row < places.Length; row++) places[row] = places[row] == 0 ? Null : present[next++];
    }

    /// <summary>Where the next values are among all values.</summary>
    private void ReadPlaces(Encoding encoding, ReadOnlySpan<byte> bytes, Span<int> places)
    {
        if (encoding == Encoding.PLAIN)
        {
            for (var i = 0; i < places.Length; i++) places[i] = _values.Count + i;
            _values.Add(bytes, places.Length);
            return;
        }

        if (places.IsEmpty) return;
        if (bytes.IsEmpty) throw new InvalidDataException("a page has fewer values than it says");
        HybridRuns.Decode(bytes[1..], bytes[0], places);
        if (_dictionary == 0 || places.ContainsAnyExceptInRange(0, _dictionary - 1))
            throw new InvalidDataException($"it has values that are not in its dictionary of {_dictionary:N0}");
    }
}
