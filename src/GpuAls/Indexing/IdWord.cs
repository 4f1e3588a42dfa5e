using System.Buffers.Binary;

namespace GpuAls;

/// <summary>24 bytes of an id as a number that sorts as they do, zeros for those it has not.</summary>
internal readonly record struct IdWord(ulong High, ulong Middle, ulong Low) : IComparable<IdWord>
{
    public const int Bytes = 3 * sizeof(ulong);

    public static IdWord Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= Bytes) return Read(bytes);
        Span<byte> padded = stackalloc byte[Bytes];
        padded.Clear();
        bytes.CopyTo(padded);
        return Read(padded);
    }

    public int CompareTo(IdWord other)
    {
        if (High != other.High) return High < other.High ? -1 : 1;
        if (Middle != other.Middle) return Middle < other.Middle ? -1 : 1;
        return Low.CompareTo(other.Low);
    }

    private static IdWord Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[(2 * sizeof(ulong))..]));
}
