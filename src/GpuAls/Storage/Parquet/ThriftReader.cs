using System.Text;

namespace GpuAls;

/// <summary>Type codes of Thrift's compact protocol.</summary>
internal static class ThriftType
{
    public const int True = 1;
    public const int False = 2;
    public const int Byte = 3;
    public const int Integer16 = 4;
    public const int Integer32 = 5;
    public const int Integer64 = 6;
    public const int Double = 7;
    public const int Binary = 8;
    public const int List = 9;
    public const int Struct = 12;
}

/// <summary>
/// Reads Thrift's compact protocol and never runs past the end of its bytes. Each value is read as the type it must
/// have, so a damaged type is an error rather than another value.
/// </summary>
/// <param name="bytes">The bytes to read.</param>
/// <param name="what">What the bytes are, for error messages.</param>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes, string what)
{
    private const int MaximumDepth = 32;
    private const int MaximumVarintShift = 63;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Number of bytes read so far.</summary>
    public int Position { get; private set; }

    public readonly int Left => _bytes.Length - Position;

    public byte Byte() => Position < _bytes.Length ? _bytes[Position++] : throw Damaged();

    public void Skip(ulong count)
    {
        if (count > (ulong)Left) throw Damaged();
        Position += (int)count;
    }

    public ulong Varint()
    {
        var value = 0ul;
        for (var shift = 0; shift <= MaximumVarintShift; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 127) << shift;
            if (part < 128) return value;
        }

        throw Damaged();
    }

    /// <summary>A zigzag-encoded integer.</summary>
    public long Integer()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A zigzag-encoded integer that must fit 32 bits; truncating it would hide damage.</summary>
    public int Integer32() => Integer() is var value && value == (int)value ? (int)value : throw Damaged();

    /// <summary>Reads the value of a field or element of type i32.</summary>
    /// <param name="type">The type that was found.</param>
    public int Integer32(int type)
    {
        Expect(type, ThriftType.Integer32);
        return Integer32();
    }

    /// <inheritdoc cref="Integer32(int)"/>
    public long Integer64(int type)
    {
        Expect(type, ThriftType.Integer64);
        return Integer();
    }

    /// <inheritdoc cref="Integer32(int)"/>
    public readonly bool Bool(int type) =>
        type == ThriftType.True || (type == ThriftType.False ? false : throw Damaged());

    /// <inheritdoc cref="Integer32(int)"/>
    public string Text(int type)
    {
        Expect(type, ThriftType.Binary);
        var length = Varint();
        var start = Position;
        Skip(length);
        return Encoding.UTF8.GetString(_bytes[start..Position]);
    }

    /// <summary>Type of the next field of a struct.</summary>
    /// <param name="number">Number of the previous field, 0 before the first; receives the number of this one.</param>
    /// <returns>0 at the end of the struct.</returns>
    public int NextField(ref int number)
    {
        var header = Byte();
        if (header == 0) return 0;
        number = header >> 4 is var step and > 0 ? number + step : (short)Integer();
        return header & 15;
    }

    /// <summary>Begins a list.</summary>
    /// <param name="type">Type of the field that holds it.</param>
    /// <param name="elementType">The type its elements must have.</param>
    /// <returns>Number of elements. Each takes at least one byte, which bounds what is allocated for them.</returns>
    public int List(int type, int elementType)
    {
        Expect(type, ThriftType.List);
        var count = (int)ListHeader(out var found);
        if (count > 0) Expect(found, elementType);
        return count;
    }

    public readonly void Expect(int type, int expected)
    {
        if (type != expected) throw Damaged();
    }

    /// <summary>Skips a value of any type.</summary>
    public void SkipValue(int type, int depth = 0)
    {
        if (depth > MaximumDepth) throw Damaged();
        switch (type)
        {
            case ThriftType.True or ThriftType.False: break; // the type is the value
            case ThriftType.Byte: Skip(1); break;
            case ThriftType.Integer16 or ThriftType.Integer32 or ThriftType.Integer64: Varint(); break;
            case ThriftType.Double: Skip(sizeof(double)); break;
            case ThriftType.Binary: Skip(Varint()); break;
            case ThriftType.List: SkipElements(depth); break;
            case ThriftType.Struct: SkipFields(depth); break;
            default: throw Damaged(); // Parquet uses neither sets nor maps
        }
    }

    public readonly InvalidDataException Damaged() => new($"{what} is damaged");

    private ulong ListHeader(out int type)
    {
        var header = Byte();
        type = header & 15;
        var count = header >> 4 is var few and < 15 ? (ulong)few : Varint();
        return count <= (ulong)Left ? count : throw Damaged();
    }

    private void SkipElements(int depth)
    {
        for (var count = ListHeader(out var type); count > 0; count--)
        {
            if (type is ThriftType.True or ThriftType.False) Skip(1);
            else SkipValue(type, depth + 1);
        }
    }

    private void SkipFields(int depth)
    {
        var number = 0;
        while (NextField(ref number) is var type and > 0) SkipValue(type, depth + 1);
    }
}
