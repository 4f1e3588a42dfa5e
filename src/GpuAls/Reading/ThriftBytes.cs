namespace GpuAls;

/// <summary>Goes through bytes in Thrift's compact protocol, never past their end.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="what">What is damaged where they end too soon.</param>
internal ref struct ThriftBytes(ReadOnlySpan<byte> bytes, string what)
{
    public const int MostNested = 32;
    private const int MostVarintBits = 63;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes gone through.</summary>
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
        for (var shift = 0; shift <= MostVarintBits; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 127) << shift;
            if (part < 128) return value;
        }

        throw Damaged();
    }

    /// <summary>A signed integer.</summary>
    public long Integer()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A signed integer of 32 bits; one that is larger is damage, not to be cut.</summary>
    public int Integer32() => Integer() is var value && value == (int)value ? (int)value : throw Damaged();

    /// <summary>The type of the next field of a struct and its number.</summary>
    /// <param name="number">The number of the field before; 0 before the first.</param>
    /// <returns>0 at the end of the struct.</returns>
    public int NextField(ref int number)
    {
        var header = Byte();
        if (header == 0) return 0;
        number = header >> 4 is var step and > 0 ? number + step : (short)Integer();
        return header & 15;
    }

    /// <summary>Number of elements of a list, and their type.</summary>
    public ulong ListHeader(out int type)
    {
        var header = Byte();
        type = header & 15;
        var count = header >> 4 is var few and < 15 ? (ulong)few : Varint();
        return count <= (ulong)Left ? count : throw Damaged(); // each takes a byte or more
    }

    /// <summary>Goes behind a value of any type.</summary>
    public void SkipValue(int type, int depth = 0)
    {
        if (depth > MostNested) throw Damaged();
        switch (type)
        {
            case ThriftShape.True or ThriftShape.False: break; // the type is the value
            case ThriftShape.Byte: Skip(1); break;
            case ThriftShape.Integer16 or ThriftShape.Integer32 or ThriftShape.Integer64: Varint(); break;
            case ThriftShape.Double: Skip(sizeof(double)); break;
            case ThriftShape.Binary: Skip(Varint()); break;
            case ThriftShape.List: SkipElements(depth); break;
            case ThriftShape.Struct: SkipFields(depth); break;
            default: throw Damaged(); // sets and maps are nowhere in Parquet
        }
    }

    public readonly InvalidDataException Damaged() => new($"{what} is damaged");

    private void SkipElements(int depth)
    {
        for (var count = ListHeader(out var type); count > 0; count--)
        {
            if (type is ThriftShape.True or ThriftShape.False) Skip(1);
            else SkipValue(type, depth + 1);
        }
    }

    private void SkipFields(int depth)
    {
        var number = 0;
        while (NextField(ref number) is var type and > 0) SkipValue(type, depth + 1);
    }
}
