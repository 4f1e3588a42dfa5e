namespace GpuAls;

/// <summary>
/// Walks a value in Thrift's compact protocol, to see whether it has its shape and ends where its bytes end. A reader that
/// trusts its input can take damaged bytes for something else, and then run past their end for ever.
/// </summary>
internal ref struct ThriftCheck
{
    private ThriftBytes _bytes;

    private ThriftCheck(ReadOnlySpan<byte> bytes) => _bytes = new ThriftBytes(bytes, "its footer");

    /// <summary>Checks a struct.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Struct(ReadOnlySpan<byte> bytes, ThriftShape shape)
    {
        var check = new ThriftCheck(bytes);
        check.Fields(shape, 0);
        if (check._bytes.Left > 0) throw check._bytes.Damaged();
    }

    private void Fields(ThriftShape? shape, int depth)
    {
        if (depth > ThriftBytes.MostNested) throw _bytes.Damaged();
        var number = 0;
        while (_bytes.NextField(ref number) is var type and > 0)
        {
            // The type of a field is the value of a truth.
            if (type is ThriftShape.True or ThriftShape.False) Expect(ThriftShape.True, shape?.Field(number));
            else Value(type, shape?.Field(number), depth);
        }
    }

    private void Value(int type, ThriftShape? shape, int depth)
    {
        Expect(type, shape);
        switch (type)
        {
            case ThriftShape.List: Elements(shape?.Element, depth + 1); break;
            case ThriftShape.Struct: Fields(shape, depth + 1); break;
            default: _bytes.SkipValue(type); break;
        }
    }

    private void Elements(ThriftShape? shape, int depth)
    {
        if (depth > ThriftBytes.MostNested) throw _bytes.Damaged();
        for (var count = _bytes.ListHeader(out var type); count > 0; count--)
        {
            if (type is ThriftShape.True or ThriftShape.False) _bytes.Skip(1);
            else Value(type, shape, depth);
        }
    }

    private readonly void Expect(int type, ThriftShape? shape)
    {
        if (shape is not null && shape.Type != type) throw _bytes.Damaged();
    }
}
