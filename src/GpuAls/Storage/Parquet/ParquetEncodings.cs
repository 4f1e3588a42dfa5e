using System.Buffers.Binary;
using Parquet.Meta;
using Type = Parquet.Meta.Type;

namespace GpuAls;

/// <summary>Turns values in the rarer encodings of Parquet into PLAIN encoding.</summary>
internal static class ParquetEncodings
{
    /// <summary>
    /// Repeated prefixes take almost no bytes, so a damaged page must not claim more values than this.
    /// </summary>
    private const int MaximumPlainBytes = 1 << 30;

    /// <returns>
    /// The values in PLAIN encoding; null if the encoding, or its use for the type, is not supported.
    /// </returns>
    /// <exception cref="InvalidDataException">The values are damaged.</exception>
    public static RentedArray<byte>? ToPlain(
        Encoding encoding, ParquetField field, ReadOnlySpan<byte> bytes, int count) =>
        (encoding, field.Type) switch
        {
            (Encoding.RLE, Type.BOOLEAN) => FromRuns(bytes, count),
            (Encoding.DELTA_BINARY_PACKED, Type.INT32) => FromDeltas32(bytes, count, field.Meaning),
            (Encoding.DELTA_BINARY_PACKED, Type.INT64) => FromDeltas64(bytes, count),
            (Encoding.DELTA_LENGTH_BYTE_ARRAY, Type.BYTE_ARRAY) => FromDeltaLengths(bytes, count),
            (Encoding.DELTA_BYTE_ARRAY, Type.BYTE_ARRAY) => FromPrefixes(bytes, count, fixedLength: 0),
            (Encoding.DELTA_BYTE_ARRAY, Type.FIXED_LEN_BYTE_ARRAY) => FromPrefixes(bytes, count, field.TypeLength),
            (Encoding.BYTE_STREAM_SPLIT, Type.INT32) => FromStreams32(bytes, count, field.Meaning),
            (Encoding.BYTE_STREAM_SPLIT, Type.FLOAT) => FromStreams(bytes, count, sizeof(float)),
            (Encoding.BYTE_STREAM_SPLIT, Type.INT64 or Type.DOUBLE) => FromStreams(bytes, count, sizeof(long)),
            (Encoding.BYTE_STREAM_SPLIT, Type.FIXED_LEN_BYTE_ARRAY) => FromStreams(bytes, count, field.TypeLength),
            _ => null,
        };

    /// <summary>Booleans as runs, with the length of the runs before them.</summary>
    private static RentedArray<byte> FromRuns(ReadOnlySpan<byte> bytes, int count)
    {
        using var values = new RentedArray<int>(count);
        HybridRuns.Decode(bytes.Length < sizeof(int) ? [] : bytes[sizeof(int)..], 1, values.Span);
        var plain = new RentedArray<byte>((int)(((long)count + 7) / 8));
        plain.Span.Clear();
        for (var i = 0; i < count; i++) plain.Span[i / 8] |= (byte)((values.Span[i] & 1) << (i % 8));
        return plain;
    }

    private static RentedArray<byte> FromDeltas32(ReadOnlySpan<byte> bytes, int count, ParquetMeaning meaning)
    {
        using var values = new RentedArray<long>(count);
        DeltaIntegers.Decode(bytes, values.Span);
        var plain = Plain((long)count * sizeof(int));
        for (var i = 0; i < count; i++)
            BinaryPrimitives.WriteInt32LittleEndian(
                plain.Span[(i * sizeof(int))..], Narrow((int)values.Span[i], meaning));
        return plain;
    }

    /// <summary>
    /// Parquet.Net lets differences of narrow integers overflow in their own width, so the sums are taken in it as
    /// well.
    /// </summary>
    private static int Narrow(int value, ParquetMeaning meaning) => meaning switch
    {
        ParquetMeaning.Int8 => (sbyte)value,
        ParquetMeaning.UInt8 => (byte)value,
        ParquetMeaning.Int16 => (short)value,
        ParquetMeaning.UInt16 => (ushort)value,
        _ => value,
    };

    private static RentedArray<byte> FromDeltas64(ReadOnlySpan<byte> bytes, int count)
    {
        using var values = new RentedArray<long>(count);
        DeltaIntegers.Decode(bytes, values.Span);
        var plain = Plain((long)count * sizeof(long));
        for (var i = 0; i < count; i++)
            BinaryPrimitives.WriteInt64LittleEndian(plain.Span[(i * sizeof(long))..], values.Span[i]);
        return plain;
    }

    /// <summary>All lengths, then all bytes.</summary>
    private static RentedArray<byte> FromDeltaLengths(ReadOnlySpan<byte> bytes, int count)
    {
        using var lengths = new RentedArray<long>(count);
        var rest = bytes[DeltaIntegers.Decode(bytes, lengths.Span)..];
        CheckLengths(lengths.Span, rest.Length);
        var plain = Plain(Sum(lengths.Span) + ((long)count * sizeof(int)));
        var target = plain.Span;
        foreach (var length in lengths.Span)
        {
            BinaryPrimitives.WriteInt32LittleEndian(target, (int)length);
            rest[..(int)length].CopyTo(target[sizeof(int)..]);
            rest = rest[(int)length..];
            target = target[(sizeof(int) + (int)length)..];
        }

        return plain;
    }

    /// <summary>
    /// For each value the length of the prefix that it shares with the one before, and the bytes after that.
    /// </summary>
    private static RentedArray<byte> FromPrefixes(ReadOnlySpan<byte> bytes, int count, int fixedLength)
    {
        using var prefixes = new RentedArray<long>(count);
        using var suffixes = new RentedArray<long>(count);
        var rest = bytes[DeltaIntegers.Decode(bytes, prefixes.Span)..];
        rest = rest[DeltaIntegers.Decode(rest, suffixes.Span)..];
        CheckLengths(suffixes.Span, rest.Length);
        var previous = 0L;
        for (var i = 0; i < count; i++)
        {
            if (prefixes.Span[i] < 0 || prefixes.Span[i] > previous) throw Damaged();
            previous = prefixes.Span[i] + suffixes.Span[i];
            if (fixedLength > 0 && previous != fixedLength) throw Damaged();
        }

        var lengthBytes = fixedLength > 0 ? 0 : sizeof(int);
        var plain = Plain(checked(Sum(prefixes.Span) + Sum(suffixes.Span) + ((long)count * lengthBytes)));
        var target = plain.Span;
        var last = Span<byte>.Empty;
        for (var i = 0; i < count; i++)
        {
            var (prefix, suffix) = ((int)prefixes.Span[i], (int)suffixes.Span[i]);
            if (lengthBytes > 0) BinaryPrimitives.WriteInt32LittleEndian(target, prefix + suffix);
            var value = target.Slice(lengthBytes, prefix + suffix);
            last[..prefix].CopyTo(value);
            rest[..suffix].CopyTo(value[prefix..]);
            rest = rest[suffix..];
            target = target[(lengthBytes + value.Length)..];
            last = value;
        }

        return plain;
    }

    /// <summary>The first bytes of all values, then their second bytes, and so on.</summary>
    private static RentedArray<byte> FromStreams(ReadOnlySpan<byte> bytes, int count, int width)
    {
        if (width <= 0 || (long)count * width > bytes.Length) throw Damaged();
        var plain = Plain((long)count * width);
        for (var stream = 0; stream < width; stream++)
            for (var i = 0; i < count; i++) plain.Span[(i * width) + stream] = bytes[(stream * count) + i];
        return plain;
    }

    /// <summary>Parquet.Net splits narrow integers into as many streams as they have bytes.</summary>
    private static RentedArray<byte> FromStreams32(ReadOnlySpan<byte> bytes, int count, ParquetMeaning meaning)
    {
        var width = meaning switch
        {
            ParquetMeaning.Int8 or ParquetMeaning.UInt8 => sizeof(byte),
            ParquetMeaning.Int16 or ParquetMeaning.UInt16 => sizeof(short),
            _ => sizeof(int),
        };
        if (width == sizeof(int) || (long)count * width != bytes.Length) return FromStreams(bytes, count, sizeof(int));
        using var narrow = FromStreams(bytes, count, width);
        var plain = Plain((long)count * sizeof(int));
        for (var i = 0; i < count; i++)
        {
            var value = 0;
            for (var part = width - 1; part >= 0; part--) value = (value << 8) | narrow.Span[(i * width) + part];
            BinaryPrimitives.WriteInt32LittleEndian(plain.Span[(i * sizeof(int))..], Narrow(value, meaning));
        }

        return plain;
    }

    private static void CheckLengths(ReadOnlySpan<long> lengths, int available)
    {
        var left = (long)available;
        foreach (var length in lengths)
        {
            if (length < 0 || length > left) throw Damaged();
            left -= length;
        }
    }

    private static long Sum(ReadOnlySpan<long> values)
    {
        var sum = 0L;
        foreach (var value in values) sum = checked(sum + value);
        return sum;
    }

    private static RentedArray<byte> Plain(long length) => length <= MaximumPlainBytes
        ? new RentedArray<byte>((int)length)
        : throw new InvalidDataException(
            $"a page has {Counted.Of(length, "byte")} of values, more than the {MaximumPlainBytes:N0} supported");

    private static InvalidDataException Damaged() => new("a page has values of impossible lengths");
}

/// <summary>
/// The encoding DELTA_BINARY_PACKED: differences in blocks, each as offsets from the smallest, bit-packed.
/// </summary>
internal static class DeltaIntegers
{
    private const int MaximumBits = 64;
    private const int BitsPerByte = 8;

    /// <summary>Fills <paramref name="values"/>.</summary>
    /// <returns>Number of bytes read.</returns>
    /// <exception cref="InvalidDataException">The bytes are damaged, or hold another number of values.</exception>
    public static int Decode(ReadOnlySpan<byte> bytes, Span<long> values)
    {
        var thrift = new ThriftReader(bytes, "a page of deltas"); // uses the same variable-length integers
        var blockSize = thrift.Varint();
        var miniblocks = thrift.Varint();
        if (thrift.Varint() != (ulong)values.Length || miniblocks == 0 || miniblocks > blockSize
            || blockSize == 0 || blockSize > int.MaxValue || blockSize % (miniblocks * BitsPerByte) != 0)
            throw thrift.Damaged();
        var value = thrift.Integer();
        if (values.IsEmpty) return thrift.Position;
        values[0] = value;
        values = values[1..];
        while (!values.IsEmpty)
        {
            var minimum = thrift.Integer();
            var widths =
                bytes.Slice(thrift.Position, thrift.Left < (int)miniblocks ? throw thrift.Damaged() : (int)miniblocks);
            thrift.Skip(miniblocks);
            foreach (var width in widths)
            {
                if (values.IsEmpty) break; // the miniblocks after the last value have no bytes
                var perMiniblock = (int)(blockSize / miniblocks);
                var taken = values[..Math.Min(perMiniblock, values.Length)];
                if (width > MaximumBits) throw thrift.Damaged();
                var packed = bytes[thrift.Position..];
                if ((((long)taken.Length * width) + BitsPerByte - 1) / BitsPerByte > packed.Length)
                    throw thrift.Damaged();
                for (var i = 0; i < taken.Length; i++)
                    taken[i] = value = unchecked(value + minimum + (long)Bits(packed, (long)i * width, width));
                thrift.Skip(Math.Min((ulong)perMiniblock * width / BitsPerByte, (ulong)packed.Length));
                values = values[taken.Length..];
            }
        }

        return thrift.Position;
    }

    private static ulong Bits(ReadOnlySpan<byte> bytes, long bit, int width)
    {
        if (width == 0) return 0;
        var (from, shift) = ((int)(bit / BitsPerByte), (int)(bit % BitsPerByte));
        Span<byte> padded = stackalloc byte[16];
        if (bytes.Length - from >= padded.Length) bytes.Slice(from, padded.Length).CopyTo(padded);
        else
        {
            padded.Clear();
            bytes[from..].CopyTo(padded);
        }

        var word = (ulong)(BinaryPrimitives.ReadUInt128LittleEndian(padded) >> shift);
        return width == MaximumBits ? word : word & ((1ul << width) - 1);
    }
}
