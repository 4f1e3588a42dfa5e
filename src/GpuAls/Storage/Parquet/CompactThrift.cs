using System.Buffers;
using System.Text;

namespace GpuAls;

/// <summary>Writes structs in Thrift's compact protocol, as far as the metadata of Parquet needs it.</summary>
internal sealed class CompactThrift
{
    /// <summary>Counts and field numbers up to here share a byte with a type.</summary>
    private const int Short = 14;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Stack<int> _outerFields = new();
    private int _lastField;

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <summary>Appends a number of 7 bits a byte, the lowest first.</summary>
    public static void Varint(ArrayBufferWriter<byte> bytes, ulong value)
    {
        for (; value > 0x7F; value >>= 7) Append(bytes, (byte)(value | 0x80));
        Append(bytes, (byte)value);
    }

    public void I32(int field, int value) => Number(field, ThriftShape.Integer32, value);

    public void I64(int field, long value) => Number(field, ThriftShape.Integer64, value);

    public void Text(int field, string value)
    {
        Field(field, ThriftShape.Binary);
        TextElement(value);
    }

    /// <summary>Begins a list; its elements follow.</summary>
    public void List(int field, int elementType, int count)
    {
        Field(field, ThriftShape.List);
        Append(_bytes, (byte)((Math.Min(count, Short + 1) << 4) | elementType));
        if (count > Short) Varint(_bytes, (ulong)count);
    }

    public void I32Element(int value) => Varint(_bytes, ZigZag(value));

    public void TextElement(string value)
    {
        Varint(_bytes, (ulong)Encoding.UTF8.GetByteCount(value));
        _bytes.Write(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Begins a struct that is a field.</summary>
    public void Begin(int field)
    {
        Field(field, ThriftShape.Struct);
        BeginElement();
    }

    /// <summary>Begins a struct that is an element of a list.</summary>
    public void BeginElement()
    {
        _outerFields.Push(_lastField);
        _lastField = 0;
    }

    /// <summary>Ends a struct that was begun.</summary>
    public void End()
    {
        Stop();
        _lastField = _outerFields.Pop();
    }

    /// <summary>Ends the outermost struct.</summary>
    public void Stop() => Append(_bytes, 0);

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private static void Append(ArrayBufferWriter<byte> bytes, byte value) => bytes.Write([value]);

    private void Number(int field, int type, long value)
    {
        Field(field, type);
        Varint(_bytes, ZigZag(value));
    }

    /// <summary>Fields are written by rising number, none more than 14 above the last.</summary>
    private void Field(int field, int type)
    {
        Append(_bytes, (byte)(((field - _lastField) << 4) | type));
        _lastField = field;
    }
}
