using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace GpuAls;

/// <summary>Ids as a column of Parquet, with the type they came in with.</summary>
internal static class ParquetIds
{
    /// <summary>The column for the ids of one side.</summary>
    public static ParquetColumn Column(string name, IdType type) => type switch
    {
        IdType.Text => ParquetColumn.Text(name),
        IdType.Integer32 => ParquetColumn.Integer(name),
        IdType.Integer64 => ParquetColumn.Long(name),
        IdType.UnsignedInteger64 => ParquetColumn.UnsignedLong(name),
        IdType.Uuid => ParquetColumn.Uuid(name),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Appends the ids at some indices in PLAIN encoding.</summary>
    public static void WritePlain(ArrayBufferWriter<byte> page, IdIndex ids, ReadOnlySpan<int> indices)
    {
        switch (ids)
        {
            case IdIndex<string> texts:
                foreach (var index in indices) WriteText(page, texts.Ids.Span[index]);
                break;
            case IdIndex<int> integers:
                foreach (var index in indices)
                    BinaryPrimitives.WriteInt32LittleEndian(Next(page, sizeof(int)), integers.Ids.Span[index]);
                break;
            case IdIndex<long> integers:
                foreach (var index in indices)
                    BinaryPrimitives.WriteInt64LittleEndian(Next(page, sizeof(long)), integers.Ids.Span[index]);
                break;
            case IdIndex<ulong> integers:
                foreach (var index in indices)
                    BinaryPrimitives.WriteUInt64LittleEndian(Next(page, sizeof(ulong)), integers.Ids.Span[index]);
                break;
            case IdIndex<Guid> uuids:
                foreach (var index in indices)
                    uuids.Ids.Span[index].TryWriteBytes(Next(page, IdValues.UuidBytes), bigEndian: true, out _);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(ids));
        }
    }

    /// <summary>Collects ids that were read; they must be distinct.</summary>
    /// <param name="type">The type they must have.</param>
    /// <param name="groups">The columns of ids, in index order.</param>
    /// <exception cref="InvalidDataException">An id is missing, of another type, not valid, or there twice.</exception>
    public static IdIndex Collect(IdType type, IReadOnlyList<ParquetColumnData> groups) => type switch
    {
        IdType.Text => new IdIndex<string>(Collect(type, groups, Encoding.UTF8.GetString, StringComparer.Ordinal)),
        IdType.Integer32 => new IdIndex<int>(Collect(type, groups, id => (int)IdValues.ReadInteger(id), null)),
        IdType.Integer64 => new IdIndex<long>(Collect(type, groups, IdValues.ReadInteger, null)),
        IdType.UnsignedInteger64 => new IdIndex<ulong>(
            Collect(type, groups, id => (ulong)IdValues.ReadInteger(id), null)),
        IdType.Uuid => new IdIndex<Guid>(Collect(type, groups, id => new Guid(id, bigEndian: true), null)),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static T[] Collect<T>(
        IdType type,
        IReadOnlyList<ParquetColumnData> groups,
        Func<ReadOnlySpan<byte>,
        T> convert,
        IEqualityComparer<T>? comparer)
        where T : notnull
    {
        var ids = new T[groups.Sum(group => group.Indices.Length)];
        var distinct = new HashSet<T>(ids.Length, comparer);
        var count = 0;
        foreach (var group in groups)
        {
            var values = (ParquetIdValues)group.Values;
            if (!IsOf(values, type))
                throw new InvalidDataException($"column '{group.Name}' has ids of another type than the manifest says");
            foreach (var index in group.Indices.Span)
            {
                if (index == ParquetColumnData.Null)
                    throw new InvalidDataException($"column '{group.Name}' is null in row {count:N0}");
                ids[count] = convert(values.Ids[index]);
                if (!distinct.Add(ids[count]))
                    throw new InvalidDataException($"column '{group.Name}' has '{ids[count]}' twice");
                count++;
            }
        }

        return ids;
    }

    private static bool IsOf(ParquetIdValues values, IdType type) => values switch
    {
        ParquetTexts texts => type == IdType.Text && texts.AreUtf8,
        ParquetIntegers<long, ulong> => type == IdType.UnsignedInteger64,
        _ => values.Type == type,
    };

    private static void WriteText(ArrayBufferWriter<byte> page, string id)
    {
        var bytes = page.GetSpan(sizeof(int) + Encoding.UTF8.GetMaxByteCount(id.Length));
        var length = Encoding.UTF8.GetBytes(id, bytes[sizeof(int)..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        page.Advance(sizeof(int) + length);
    }

    private static Span<byte> Next(ArrayBufferWriter<byte> page, int length)
    {
        var bytes = page.GetSpan(length)[..length];
        page.Advance(length);
        return bytes;
    }
}
