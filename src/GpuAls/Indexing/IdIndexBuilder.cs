using System.Buffers.Binary;
using System.Buffers.Text;
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
    private IdKind? _first;
    private string _firstFile = "";
    private IdType _type;
    private bool _untyped = true;
    private bool _hasNegative;

    private delegate ReadOnlySpan<byte> BytesOf(int index);

    private delegate long ReadId(ReadOnlySpan<byte> id);

    /// <summary>Gives the ids of a batch provisional numbers. Several threads may call this at once.</summary>
    /// <returns>[rows], the number of each row's id, in the memory of the column's indices, which are gone.</returns>
    public Memory<int> Number(IdColumn ids)
    {
        _table.Add(ids.Values, ids.Indices.Span);
        return ids.Indices;
    }

    /// <summary>
    /// Takes note of the type of a batch; the batches come one after the other, in the order of the input. Those of a
    /// kind that came before need not be told.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind BadInput: another type of ids than in the batches before.</exception>
    public void Check(IdKind ids, string origin)
    {
        if (_first is not { } first) (first, _first, _firstFile, _type) = (ids, ids, origin, ids.Type);
        if (Kind(ids.Type) != Kind(first.Type))
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"column '{column}' has {Describe(first)} in {_firstFile} and {Describe(ids)} in {origin}; one load "
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
        var (type, table) = Final(rows, MayBeIntegers && AreIntegers());
        var order = IdOrder.Of(table);
        var final = new int[table.NumberBound];
        for (var index = 0; index < order.Length; index++) final[order[index]] = index;
        Replace(rows, final);
        return Index(type, order.Length, index => table[order[index]]);
    }

    /// <summary>The ids of all processes in their final order; all have checked the same.</summary>
    /// <param name="rows">[rows of this process], provisional numbers; receives the final index of each row.</param>
    /// <param name="group">The processes.</param>
    /// <param name="roundBytes">Bytes of ids that a process sends at once, about.</param>
    /// <returns>The ids, and [ids] their rows, at most as many as an <see cref="int"/> says.</returns>
    /// <exception cref="GpuAlsException">Kind BadInput: there are more ids than an index can say.</exception>
    public (IdIndex Ids, int[] Rows) Build(Memory<int> rows, IProcessGroup group, int roundBytes)
    {
        _table.Finish();
        var areIntegers = MayBeIntegers && Array.TrueForAll(group.AllGather(AreIntegers()), are => are);
        var (type, table) = Final(rows, areIntegers);
        var shared = SharedIds.Of(group, table, IdTypes.Width(type), column, roundBytes);
        Replace(rows, shared.Indices);
        return (Index(type, shared.Ids.Count, index => shared.Ids[index]), shared.Rows);
    }

    private bool MayBeIntegers => _untyped && _type == IdType.Text;

    private static IdType Kind(IdType type) =>
        type is IdType.Integer32 or IdType.UnsignedInteger64 ? IdType.Integer64 : type;

    private static string Describe(IdKind ids) => ids.Type switch
    {
        IdType.Text => ids.MayBeIntegers ? "untyped text" : "strings",
        IdType.Uuid => "UUIDs",
        _ => "integers",
    };

    private static IdIndex Index(IdType type, int count, BytesOf bytes) => type switch
    {
        IdType.Uuid => new IdIndex<Guid>(count, index => new Guid(bytes(index), bigEndian: true)),
        IdType.Integer32 => new IdIndex<int>(count, index => (int)IdValues.ReadInteger(bytes(index))),
        IdType.Integer64 => new IdIndex<long>(count, index => IdValues.ReadInteger(bytes(index))),
        IdType.UnsignedInteger64 => new IdIndex<ulong>(
            count, index => BinaryPrimitives.ReadUInt64BigEndian(bytes(index))),
        _ => new IdIndex<string>(count, index => Encoding.UTF8.GetString(bytes(index))),
    };

    private static void Replace(Memory<int> rows, int[] final) =>
        ParallelRanges.ForEach(rows.Length, (start, end) =>
        {
            foreach (ref var row in rows.Span[(int)start..(int)end]) row = final[row];
        });

    /// <summary>Whether all ids, which are text, are integers.</summary>
    private bool AreIntegers() => Array.TrueForAll(_table.Numbers(), number => TryParse(_table[number], out _));

    /// <summary>The ids in bytes whose order is that of the ids.</summary>
    /// <param name="rows">[rows], numbers of the ids as they are; receives those of the new table.</param>
    /// <param name="areIntegers">Whether text is read as integers.</param>
    private (IdType Type, IdTable Table) Final(Memory<int> rows, bool areIntegers)
    {
        if (areIntegers) return (IdType.Integer64, Rewritten(rows, Parse, IdValues.WriteInteger));
        return _type == IdType.UnsignedInteger64
            ? (_type, Rewritten(rows, IdValues.ReadInteger, WriteUnsigned))
            : (_type, _table);
    }

    /// <summary>The ids as integers in other bytes.</summary>
    /// <param name="rows">[rows], numbers of the ids as they are; receives those of the integers.</param>
    /// <param name="read">Reads an id.</param>
    /// <param name="write">Writes it, in an order of bytes that is the order of ids.</param>
    private IdTable Rewritten(Memory<int> rows, ReadId read, Action<Span<byte>, long> write)
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
