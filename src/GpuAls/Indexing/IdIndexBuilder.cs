using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace GpuAls;

/// <summary>
/// Gives the ids of one side their numbers: provisional ones while batches come in, final ones by falling number of
/// rows at the end.
/// </summary>
/// <param name="column">Name of the column, for messages.</param>
internal sealed class IdIndexBuilder(string column)
{
    private const int MostDigits = 20; // of an integer, its sign included

    private readonly IdTable _table = new();
    private IdColumn? _first;
    private string _firstFile = "";
    private IdType _type;
    private bool _untyped = true;
    private bool _hasNegative;

    private delegate T FromBytes<T>(ReadOnlySpan<byte> id);

    /// <summary>Gives the ids of a batch provisional numbers. Several threads may call this at once.</summary>
    /// <returns>[rows], the number of each row's id, in the memory of the column's indices, which are gone.</returns>
    public Memory<int> Number(IdColumn ids)
    {
        _table.Add(ids.Values, ids.Indices.Span);
        return ids.Indices;
    }

    /// <summary>
    /// Takes note of the type of a batch; the batches come one after the other, in the order of the input.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind BadInput: another type of ids than in the batches before.</exception>
    public void Check(IdColumn ids, string origin)
    {
        if (_first is null) (_first, _firstFile, _type) = (ids, origin, ids.Type);
        if (Kind(ids.Type) != Kind(_first.Type))
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"column '{column}' has {Describe(_first)} in {_firstFile} and {Describe(ids)} in {origin}; one load "
                + "has ids of one type. Convert one of the files.");
        if (ids.Type > _type) _type = ids.Type;
        _hasNegative |= ids.HasNegative;
        if (_hasNegative && _type == IdType.UnsignedInteger64)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"column '{column}' has negative integers and integers of 2^63 or above in {_firstFile} to {origin}; "
                + "no integer type holds both. Cast the column to strings.");
        _untyped &= ids.MayBeIntegers; // beside strings, text is strings
    }

    /// <summary>The ids in their final order.</summary>
    /// <param name="rows">[rows], provisional numbers; receives the final index of each row.</param>
    public IdIndex Build(Memory<int> rows)
    {
        _table.Finish();
        return _type switch
        {
            IdType.Uuid => Index(_table, rows, id => new Guid(id, bigEndian: true)),
            IdType.Integer32 => Index(_table, rows, id => (int)IdValues.ReadInteger(id)),
            IdType.Integer64 => Index(_table, rows, IdValues.ReadInteger),
            IdType.UnsignedInteger64 => Index(
                Rewritten(rows, IdValues.ReadInteger, WriteUnsigned), rows, BinaryPrimitives.ReadUInt64BigEndian),
            _ when _untyped
                && Array.TrueForAll(_table.Numbers(), number => TryParse(_table[number], out _)) => Index(
                    Rewritten(rows, Parse, IdValues.WriteInteger), rows, IdValues.ReadInteger),
            _ => Index(_table, rows, Encoding.UTF8.GetString),
        };
    }

    private static IdType Kind(IdType type) =>
        type is IdType.Integer32 or IdType.UnsignedInteger64 ? IdType.Integer64 : type;

    private static string Describe(IdColumn ids) => ids.Type switch
    {
        IdType.Text => ids.MayBeIntegers ? "untyped text" : "strings",
        IdType.Uuid => "UUIDs",
        _ => "integers",
    };

    private static IdIndex<T> Index<T>(IdTable table, Memory<int> rows, FromBytes<T> convert)
        where T : notnull
    {
        var order = IdOrder.Of(table);
        var final = new int[table.NumberBound];
        for (var index = 0; index < order.Length; index++) final[order[index]] = index;
        Parallel.ForEach(Partitioner.Create(0, rows.Length), range =>
        {
            foreach (ref var row in rows.Span[range.Item1..range.Item2]) row = final[row];
        });
        return new IdIndex<T>(order.Length, index => convert(table[order[index]]));
    }

    /// <summary>The ids as integers in other bytes.</summary>
    /// <param name="rows">[rows], numbers of the ids as they are; receives those of the integers.</param>
    /// <param name="read">Reads an id.</param>
    /// <param name="write">Writes it, in an order of bytes that is the order of ids.</param>
    private IdTable Rewritten(Memory<int> rows, FromBytes<long> read, Action<Span<byte>, long> write)
    {
        using var values = new IdValues(IdValues.IntegerBytes);
        var bytes = values.AddFixed(_table.Count);
        var indices = new int[_table.NumberBound];
        var index = 0;
        foreach (var number in _table.Numbers())
        {
            write(bytes[(index * IdValues.IntegerBytes)..], read(_table[number]));
            indices[number] = index++;
        }

        foreach (ref var row in rows.Span) row = indices[row];
        var integers = new IdTable();
        integers.Add(values, rows.Span);
        integers.Finish();
        return integers;
    }

    private static long Parse(ReadOnlySpan<byte> text)
    {
        _ = TryParse(text, out var value);
        return value;
    }

    /// <summary>Big-endian, so that values of 2⁶³ and above come last.</summary>
    private static void WriteUnsigned(Span<byte> bytes, long value) =>
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);

    /// <summary>
    /// Whether text is an integer exactly as it would be written again: no +, no leading zeros, no blanks.
    /// </summary>
    private static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        Span<byte> again = stackalloc byte[MostDigits];
        return Utf8Parser.TryParse(text, out value, out var read) && read == text.Length
            && value.TryFormat(again, out var written, default, CultureInfo.InvariantCulture)
                && text.SequenceEqual(again[..written]);
    }
}
