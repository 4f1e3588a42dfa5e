using System.Buffers.Binary;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>
/// Ids as bytes, one behind the other in rented memory: text is UTF-8 with its length before it, as Parquet has it;
/// integers and UUIDs are big-endian with the sign turned, so that the order of all ids of a type is that of their
/// bytes.
/// </summary>
/// <param name="width">Bytes of each id; 0 where each has a length of its own (text).</param>
internal sealed class IdValues(int width) : IDisposable
{
    public const int IntegerBytes = sizeof(long);
    public const int UuidBytes = 16;
    private const int PrefixBytes = sizeof(int);
    private const int PaddingBytes = 8;

    private byte[] _bytes = [];
    private int[] _starts = [];
    private int _used;

    /// <summary>Number of ids.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of all ids, lengths and what lies between included.</summary>
    public ReadOnlySpan<byte> AllBytes => _bytes.AsSpan(0, _used);

    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            if (width > 0) return _bytes.AsSpan(index * width, width);
            var start = _starts[index];
            return _bytes.AsSpan(start, BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(start - PrefixBytes)));
        }
    }

    /// <summary>From an integer to bytes that sort as it does.</summary>
    public static void WriteInteger(Span<byte> bytes, long value) =>
        BinaryPrimitives.WriteInt64BigEndian(bytes, value ^ long.MinValue);

    public static long ReadInteger(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadInt64BigEndian(bytes) ^ long.MinValue;

    /// <summary>Adds text, to be filled with UTF-8.</summary>
    public Span<byte> AddText(int length)
    {
        var bytes = Reserve(PrefixBytes + length, 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        _starts[Count++] = _used - length;
        return bytes[PrefixBytes..];
    }

    /// <summary>Adds ids of a fixed width, to be filled.</summary>
    public Span<byte> AddFixed(int count)
    {
        var bytes = Reserve(checked(count * width), 0);
        Count += count;
        return bytes;
    }

    /// <summary>Adds an id.</summary>
    public void Add(ReadOnlySpan<byte> id) => id.CopyTo(width > 0 ? AddFixed(1) : AddText(id.Length));

    /// <summary>Adds ids that come as <see cref="AllBytes"/> of another of these has them.</summary>
    public void AddAll(ReadOnlySpan<byte> bytes, int count)
    {
        if (width > 0) bytes.CopyTo(AddFixed(count));
        else AddPlainText(bytes, count);
    }

    /// <summary>Adds text that comes as this class holds it, which is Parquet's PLAIN encoding.</summary>
    /// <exception cref="InvalidDataException">There is less than is said, or more.</exception>
    public void AddPlainText(ReadOnlySpan<byte> plain, int count)
    {
        if (count > plain.Length / PrefixBytes) throw Short();
        var first = _used;
        plain.CopyTo(Reserve(plain.Length, count));
        var starts = _starts.AsSpan(Count, count);
        var next = 0;
        for (var i = 0; i < count; i++)
        {
            if (plain.Length - next < PrefixBytes) throw Short();
            var length = BinaryPrimitives.ReadInt32LittleEndian(plain[next..]);
            next += PrefixBytes;
            starts[i] = first + next;
            if ((uint)length > (uint)(plain.Length - next)) throw Short();
            next += length;
        }

        // Bytes left over mean that a length is wrong, and with it all that follows. fastparquet appends eight zeros to
        // its pages.
        if (plain.Length - next > PaddingBytes || plain[next..].ContainsAnyExcept((byte)0))
            throw new InvalidDataException("a page has more bytes than its values");
        Count += count;
    }

    public void Dispose()
    {
        Rented.Return(ref _bytes);
        Rented.Return(ref _starts);
        (Count, _used) = (0, 0);
    }

    private static InvalidDataException Short() => new("a page has fewer values than it says");

    private Span<byte> Reserve(int bytes, int starts)
    {
        Rented.Grow(ref _bytes, _used, bytes);
        if (width == 0) Rented.Grow(ref _starts, Count, starts);
        _used += bytes;
        return _bytes.AsSpan(_used - bytes, bytes);
    }
}

/// <summary>
/// The type of a column of ids. Narrower integers are widened to the next of these; otherwise ids keep the type they
/// have in the input.
/// </summary>
[JsonConverter(typeof(WordConverter<IdType>))]
public enum IdType
{
    /// <summary>Strings, any Unicode.</summary>
    [JsonStringEnumMemberName("string")]
    Text,

    /// <summary>Signed 32-bit integers and narrower ones.</summary>
    [JsonStringEnumMemberName("int32")]
    Integer32,

    /// <summary>
    /// Signed 64-bit integers; also unsigned 32-bit integers, unsigned 64-bit integers that are all below 2⁶³, and
    /// text columns in which every id is an integer.
    /// </summary>
    [JsonStringEnumMemberName("int64")]
    Integer64,

    /// <summary>Unsigned 64-bit integers, of which at least one is 2⁶³ or above.</summary>
    [JsonStringEnumMemberName("uint64")]
    UnsignedInteger64,

    /// <summary>128-bit UUIDs.</summary>
    [JsonStringEnumMemberName("uuid")]
    Uuid,
}

/// <summary>The types of ids in .NET.</summary>
internal static class IdTypes
{
    /// <summary>Bytes of an id; 0 where each has a length of its own.</summary>
    public static int Width(IdType type) => type switch
    {
        IdType.Text => 0,
        IdType.Uuid => IdValues.UuidBytes,
        _ => IdValues.IntegerBytes,
    };

    /// <summary>The type of ids that are string, int, long, ulong or Guid.</summary>
    /// <exception cref="ArgumentException">T is not a type of ids.</exception>
    public static IdType Of<T>() => typeof(T) switch
    {
        var type when type == typeof(string) => IdType.Text,
        var type when type == typeof(int) => IdType.Integer32,
        var type when type == typeof(long) => IdType.Integer64,
        var type when type == typeof(ulong) => IdType.UnsignedInteger64,
        var type when type == typeof(Guid) => IdType.Uuid,
        var type => throw new ArgumentException(
            $"{type.Name} is not a type of ids; ids are string, int, long, ulong or Guid."),
    };
}
