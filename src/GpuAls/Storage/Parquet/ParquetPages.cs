using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using Parquet.Meta;
using static GpuAls.ParquetColumnData;

namespace GpuAls;

/// <summary>
/// Decodes the pages of a column chunk, in every encoding and both page versions. A dictionary stays one, so that each
/// of its values is looked at once, however many rows have it.
/// </summary>
internal ref struct ParquetPages
{
    private readonly CompressionCodec _codec;
    private readonly ParquetField _field;
    private readonly ExpansionLimit? _expansion;
    private readonly ParquetValues _values;
    private readonly Span<int> _indices;
    private int _dictionary;
    private int _rows;

    private ParquetPages(
        CompressionCodec codec, ParquetField field, ParquetColumnData column, ExpansionLimit? expansion)
    {
        (_codec, _field, _expansion) = (codec, field, expansion);
        _values = column.Values;
        _indices = column.Indices.Span;
    }

    private readonly int LevelBits => BitOperations.Log2((uint)_field.MaximumDefinition) + 1;

    /// <summary>Decodes a chunk.</summary>
    /// <param name="chunk">Its bytes.</param>
    /// <param name="codec">Its compression.</param>
    /// <param name="field">The column, not repeated.</param>
    /// <param name="column">Receives indices and values.</param>
    /// <param name="expansion">Counts what the pages say they expand to; null for no limit.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: the limit is exceeded.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="NotSupportedException">
    /// It has an encoding that is not supported, which the message names.
    /// </exception>
    public static void Read(
        ArraySegment<byte> chunk,
        CompressionCodec codec,
        ParquetField field,
        ParquetColumnData column,
        ExpansionLimit? expansion)
    {
        var pages = new ParquetPages(codec, field, column, expansion);
        while (pages._rows < column.Indices.Length) pages.ReadPage(NextPage(ref chunk, out var page), page);
    }

    private static ParquetPageHeader NextPage(ref ArraySegment<byte> chunk, out ArraySegment<byte> page)
    {
        var header = ParquetPageHeader.Read(chunk, out var length);
        if (header.CompressedBytes > chunk.Count - length)
            throw new InvalidDataException("a page extends past the end of its column chunk");
        page = chunk.Slice(length, header.CompressedBytes);
        if (header.Checksum is { } checksum && checksum != Crc32.HashToUInt32(page))
            throw new InvalidDataException("the checksum of a page does not match");
        chunk = chunk[(length + header.CompressedBytes)..];
        return header;
    }

    /// <summary>Decompresses a page, without the levels of version 2, which are never compressed.</summary>
    private readonly RentedArray<byte> Decompress(ParquetPageHeader header, ArraySegment<byte> page)
    {
        var levels = (long)header.RepetitionBytes + header.DefinitionBytes;
        if (levels > Math.Min(header.Bytes, page.Count))
            throw new InvalidDataException("the levels of a page extend past its end");
        var used = header.IsCompressed ? _codec : CompressionCodec.UNCOMPRESSED;
        return ParquetCompression.Decompress(used, page[(int)levels..], header.Bytes - (int)levels, _expansion);
    }

    private void ReadPage(ParquetPageHeader header, ArraySegment<byte> page)
    {
        switch (header.Type)
        {
            case PageType.DICTIONARY_PAGE: ReadDictionary(header, page); break;
            case PageType.DATA_PAGE: ReadVersion1(header, page); break;
            case PageType.DATA_PAGE_V2: ReadVersion2(header, page); break;
            default: break; // index pages have no values
        }
    }

    private void ReadDictionary(ParquetPageHeader header, ArraySegment<byte> page)
    {
        if (header.Encoding is not (Encoding.PLAIN or Encoding.PLAIN_DICTIONARY))
            throw new NotSupportedException($"a dictionary in {header.Encoding}");
        if (_values.Count > 0) throw new InvalidDataException("its dictionary comes after values");
        using var plain = Decompress(header, page);
        _values.Add(plain.Span, header.Values);
        _dictionary = header.Values;
    }

    private void ReadVersion1(ParquetPageHeader header, ArraySegment<byte> page)
    {
        using var plain = Decompress(header, page);
        ReadOnlySpan<byte> bytes = plain.Span;
        if (_field.MaximumDefinition == 0)
        {
            ReadIndices(header.Encoding, bytes, Take(header));
            return;
        }

        var rows = Take(header);
        switch (header.LevelEncoding)
        {
            case Encoding.RLE:
                if (bytes.Length < sizeof(int)
                    || BinaryPrimitives.ReadInt32LittleEndian(bytes) is var length
                        && (uint)length > (uint)(bytes.Length - sizeof(int)))
                    throw new InvalidDataException("the definition levels of a page extend past its end");
                HybridRuns.Decode(bytes.Slice(sizeof(int), length), LevelBits, rows);
                bytes = bytes[(sizeof(int) + length)..];
                break;
            case Encoding.BIT_PACKED: // the first version of the format
                bytes = bytes[UnpackLevels(bytes, rows)..];
                break;
            default: throw new NotSupportedException($"definition levels in {header.LevelEncoding}");
        }

        ReadPresent(header.Encoding, bytes, rows);
    }

    private void ReadVersion2(ParquetPageHeader header, ArraySegment<byte> page)
    {
        using var plain = Decompress(header, page);
        var rows = Take(header);
        if (_field.MaximumDefinition == 0)
        {
            ReadIndices(header.Encoding, plain.Span, rows);
            return;
        }

        HybridRuns.Decode(page.AsSpan(header.RepetitionBytes, header.DefinitionBytes), LevelBits, rows);
        ReadPresent(header.Encoding, plain.Span, rows);
    }

    /// <summary>The rows of the next page.</summary>
    private Span<int> Take(ParquetPageHeader header)
    {
        if (header.Values > _indices.Length - _rows)
            throw new InvalidDataException("it has more values than its row group has rows");
        var rows = _indices.Slice(_rows, header.Values);
        _rows += header.Values;
        return rows;
    }

    /// <summary>Levels packed from the most significant bit on.</summary>
    /// <returns>Number of bytes read.</returns>
    private readonly int UnpackLevels(ReadOnlySpan<byte> bytes, Span<int> levels)
    {
        var length = (((long)levels.Length * LevelBits) + 7) / 8;
        if (length > bytes.Length)
            throw new InvalidDataException("the definition levels of a page extend past its end");
        var bit = 0L;
        foreach (ref var level in levels)
        {
            level = 0;
            for (var left = LevelBits; left > 0; left--, bit++)
                level = (level << 1) | ((bytes[(int)(bit / 8)] >> (int)(7 - (bit % 8))) & 1);
        }

        return (int)length;
    }

    /// <summary>Reads the values of a page with definition levels.</summary>
    /// <param name="encoding">Encoding of the values.</param>
    /// <param name="bytes">The values that are not null.</param>
    /// <param name="rows">The level of each row; receives the index of its value.</param>
    private void ReadPresent(Encoding encoding, ReadOnlySpan<byte> bytes, Span<int> rows)
    {
        var maximum = _field.MaximumDefinition;
        if (rows.ContainsAnyExceptInRange(0, maximum))
            throw new InvalidDataException($"a page has definition levels above {maximum}");
        if (maximum > 1)
            foreach (ref var level in rows) level = level == maximum ? 1 : 0; // a null struct makes its fields null
        var count = 0;
        foreach (var level in rows) count += level;
        using var present = new RentedArray<int>(count);
        ReadIndices(encoding, bytes, present.Span);
        var next = 0;
        foreach (ref var row in rows) row = row == 0 ? Null : present.Span[next++];
    }

    /// <summary>Reads values, or indices in the dictionary.</summary>
    private void ReadIndices(Encoding encoding, ReadOnlySpan<byte> bytes, Span<int> indices)
    {
        if (encoding is Encoding.PLAIN_DICTIONARY or Encoding.RLE_DICTIONARY)
        {
            ReadDictionaryIndices(bytes, indices);
            return;
        }

        for (var i = 0; i < indices.Length; i++) indices[i] = _values.Count + i;
        if (encoding == Encoding.PLAIN)
        {
            _values.Add(bytes, indices.Length);
            return;
        }

        using var plain = ParquetEncodings.ToPlain(encoding, _field, bytes, indices.Length)
            ?? throw new NotSupportedException(encoding.ToString());
        _values.Add(plain.Span, indices.Length);
    }

    private readonly void ReadDictionaryIndices(ReadOnlySpan<byte> bytes, Span<int> indices)
    {
        if (indices.IsEmpty) return;
        if (bytes.IsEmpty) throw new InvalidDataException("a page has fewer values than its header says");
        HybridRuns.Decode(bytes[1..], bytes[0], indices);
        if (_dictionary == 0 || indices.ContainsAnyExceptInRange(0, _dictionary - 1))
            throw new InvalidDataException(
                $"it has indices outside its dictionary of {Counted.Of(_dictionary, "value")}");
    }
}
