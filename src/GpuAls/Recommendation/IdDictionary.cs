using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace GpuAls;

/// <summary>The different ids of a row group, in the order of first sight; rows have their places in it.</summary>
internal sealed class IdDictionary(IdIndex ids)
{
    private readonly Dictionary<int, int> _codes = [];
    private readonly List<int> _indices = [];

    /// <summary>Number of different ids.</summary>
    public int Count => _indices.Count;

    /// <summary>The place of the id at an index.</summary>
    public int Code(int index)
    {
        ref var code = ref CollectionsMarshal.GetValueRefOrAddDefault(_codes, index, out var known);
        if (known) return code;
        code = _indices.Count;
        _indices.Add(index);
        return code;
    }

    /// <summary>The ids in Parquet's plain encoding.</summary>
    public ReadOnlySpan<byte> Plain()
    {
        var page = new ArrayBufferWriter<byte>(Math.Max(1, Count * IdValues.UuidBytes));
        foreach (var index in _indices)
        {
            switch (ids)
            {
                case IdIndex<string> strings: Write(page, strings.Ids.Span[index]); break;
                case IdIndex<int> integers: BinaryPrimitives.WriteInt32LittleEndian(Next(page, sizeof(int)), integers.Ids.Span[index]); break;
                case IdIndex<long> integers: BinaryPrimitives.WriteInt64LittleEndian(Next(page, sizeof(long)), integers.Ids.Span[index]); break;
                case IdIndex<Guid> uuids: uuids.Ids.Span[index].TryWriteBytes(Next(page, IdValues.UuidBytes), bigEndian: true, out _); break;
                default: throw new ArgumentException($"unexpected ids of type {ids.Type}.");
            }
        }

        return page.WrittenSpan;
    }

    private static void Write(ArrayBufferWriter<byte> page, string id)
    {
        var bytes = page.GetSpan(sizeof(int) + Encoding.UTF8.GetMaxByteCount(id.Length));
        var length = Encoding.UTF8.GetBytes(id, bytes[sizeof(int)..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        page.Advance(sizeof(int) + length);
    }

    /// <summary>Bytes that are written next; the buffer counts them as written.</summary>
    private static Span<byte> Next(ArrayBufferWriter<byte> page, int length)
    {
        var bytes = page.GetSpan(length)[..length];
        page.Advance(length);
        return bytes;
    }
}
