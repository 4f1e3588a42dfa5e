using System.Buffers;
using System.Text;

namespace GpuAls;

/// <summary>Writes structs in Thrift's compact protocol, as far as Parquet's metadata needs it.</summary>
internal sealed class ThriftWriter
{
    /// <summary>Larger counts and field numbers do not fit into one byte with a type.</summary>
    private const int Short = 14;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Stack<int> _outerFields = new();
    private int _lastField;

    /// <summary>The bytes written so far.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <summary>Appends an integer, seven bits per byte, the lowest first.</summary>
    public static void Varint(ArrayBufferWriter<byte> bytes, ulong value)
    {
        for (; value > 0x7F; value >>= 7) Append(bytes, (byte)(value | 0x80));
        Append(bytes, (byte)value);
    }

    public void I32(int field, int value) => Number(field, ThriftType.Integer32, value);

    public void I64(int field, long value) => Number(field, ThriftType.Integer64, value);

    public void Byte(int field, byte value)
    {
        Field(field, ThriftType.Byte);
        Append(_bytes, value);
    }

    public void Bool(int field, bool value) => Field(field, value ? ThriftType.True : ThriftType.False);

    public void Text(int field, string value)
    {
        Field(field, ThriftType.Binary);
        TextElement(value);
    }

    /// <summary>Begins a list; the caller writes its elements next.</summary>
    public void List(int field, int elementType, int count)
    {
        Field(field, ThriftType.List);
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
        Field(field, ThriftType.Struct);
        BeginElement();
    }

    /// <summary>Begins a struct that is an element of a list.</summary>
    public void BeginElement()
    {
        _outerFields.Push(_lastField);
        _lastField = 0;
    }

    /// <summary>Ends a struct that <see cref="Begin"/> or <see cref="BeginElement"/> began.</summary>
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

    /// <summary>Fields are written in ascending order, with no gap above 14.</summary>
    private void Field(int field, int type)
    {
        Append(_bytes, (byte)(((field - _lastField) << 4) | type));
        _lastField = field;
    }
}
