namespace GpuAls.Reading;

/// <summary>
/// Walks a value in Thrift's compact protocol, to see whether it has its shape and ends where its bytes end. A reader that
/// trusts its input can take damaged bytes for something else, and then run past their end for ever.
/// </summary>
internal ref struct ThriftCheck
{
    private const int MostNested = 32;
    private const int MostVarintBits = 63;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _next;

    private ThriftCheck(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Checks a struct.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Struct(ReadOnlySpan<byte> bytes, ThriftShape shape)
    {
        var check = new ThriftCheck(bytes);
        check.Fields(shape, 0);
        if (check._next != bytes.Length) throw Damaged();
    }

    private void Fields(ThriftShape? shape, int depth)
    {
        if (depth > MostNested) throw Damaged();
        var number = 0;
        while (true)
        {
            var header = Byte();
            if (header == 0) return;
            number = header >> 4 is var step and > 0 ? number + step : ZigZag(Varint());
            Field(header & 15, shape?.Field(number), depth);
        }
    }

    private void Field(int type, ThriftShape? shape, int depth)
    {
        if (type is ThriftShape.True or ThriftShape.False) Expect(ThriftShape.True, shape); // the type is the value
        else Value(type, shape, depth);
    }

    private void Value(int type, ThriftShape? shape, int depth)
    {
        Expect(type, shape);
        switch (type)
        {
            case ThriftShape.Byte: Skip(1); break;
            case ThriftShape.Integer16 or ThriftShape.Integer32 or ThriftShape.Integer64: Varint(); break;
            case ThriftShape.Double: Skip(sizeof(double)); break;
            case ThriftShape.Binary: Skip(Varint()); break;
            case ThriftShape.List: Elements(shape?.Element, depth + 1); break;
            case ThriftShape.Struct: Fields(shape, depth + 1); break;
            default: throw Damaged(); // sets and maps are nowhere in Parquet
        }
    }

    private void Elements(ThriftShape? shape, int depth)
    {
        if (depth > MostNested) throw Damaged();
        var header = Byte();
        var count = header >> 4 is var few and < 15 ? (ulong)few : Varint();
        if (count > (ulong)(_bytes.Length - _next)) throw Damaged(); // each takes a byte or more
        for (var i = 0ul; i < count; i++)
        {
            if ((header & 15) is ThriftShape.True or ThriftShape.False) Skip(1);
            else Value(header & 15, shape, depth);
        }
    }

    private static void Expect(int type, ThriftShape? shape)
    {
        if (shape is not null && shape.Type != type) throw Damaged();
    }

    private byte Byte() => _next < _bytes.Length ? _bytes[_next++] : throw Damaged();

    private void Skip(ulong count)
    {
        if (count > (ulong)(_bytes.Length - _next)) throw Damaged();
        _next += (int)count;
    }

    private ulong Varint()
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

    private static int ZigZag(ulong value) => (short)(value >> 1) ^ -(int)(value & 1);

    private static InvalidDataException Damaged() => new("its footer is damaged");
}
