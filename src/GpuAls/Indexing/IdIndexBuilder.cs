using System.Globalization;
using System.Runtime.InteropServices;
using GpuAls.Reading;

namespace GpuAls.Indexing;

/// <summary>
/// Gives the ids of one side their numbers: provisional ones in the order of first sight while batches come in, final ones by
/// falling number of rows at the end.
/// </summary>
/// <param name="column">Name of the column, for messages.</param>
internal sealed class IdIndexBuilder(string column)
{
    private readonly TextIdTable _texts = new();
    private readonly IdTable<long> _integers = new();
    private readonly IdTable<Guid> _uuids = new();
    private readonly List<int> _places = [];
    private IdColumn? _first;
    private string _firstFile = "";
    private IdType _type;
    private bool _untyped = true;

    /// <summary>Takes the ids of a batch.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: another type of ids than in the batches before.</exception>
    public void Add(IdColumn ids, InputFile file)
    {
        CheckType(ids, file);
        var start = _places.Count;
        CollectionsMarshal.SetCount(_places, start + RowCount(ids));
        var places = CollectionsMarshal.AsSpan(_places)[start..];
        switch (ids)
        {
            case TextIds text: _texts.Count(text.Values.Span, places); break;
            case IntegerIds integers: Count(_integers, integers.Values.Span, places); break;
            case UuidIds uuids: Count(_uuids, uuids.Values.Span, places); break;
            default: throw new ArgumentException($"unexpected ids of type {ids.Type}.", nameof(ids));
        }
    }

    /// <summary>The ids in their final order, and the final index of each row.</summary>
    public (IdIndex Ids, int[] Indices) Build() => _type switch
    {
        IdType.Uuid => Finish(_uuids, Comparer<Guid>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString())), id => id),
        IdType.Integer32 => Finish(_integers, Comparer<long>.Default, id => (int)id),
        IdType.Integer64 => Finish(_integers, Comparer<long>.Default, id => id),
        _ when _untyped && _texts.Ids.All(IsCanonicalInteger) =>
            Finish(_texts, Comparer<string>.Create((a, b) => Parse(a).CompareTo(Parse(b))), Parse),
        _ => Finish(_texts, CodePointComparer.Instance, id => id),
    };

    private void CheckType(IdColumn ids, InputFile file)
    {
        if (_first is null) (_first, _firstFile, _type) = (ids, file.Path, ids.Type);
        if (ids.GetType() != _first.GetType())
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"column '{column}' has {Describe(_first)} in {_firstFile} and {Describe(ids)} in {file.Path}; one load has ids of one type. Convert one of the files.");
        if (ids.Type > _type) _type = ids.Type;
        _untyped &= ids is TextIds { MayBeIntegers: true }; // beside strings, text is strings
    }

    private static string Describe(IdColumn ids) => ids switch
    {
        TextIds { MayBeIntegers: true } => "untyped text",
        TextIds => "strings",
        IntegerIds => "integers",
        _ => "UUIDs",
    };

    private static int RowCount(IdColumn ids) => ids switch
    {
        TextIds text => text.Values.Length,
        IntegerIds integers => integers.Values.Length,
        UuidIds uuids => uuids.Values.Length,
        _ => 0,
    };

    private static void Count<T>(IdTable<T> table, ReadOnlySpan<T> ids, Span<int> places)
        where T : notnull
    {
        for (var row = 0; row < ids.Length; row++) places[row] = table.Count(ids[row]);
    }

    private (IdIndex Ids, int[] Indices) Finish<TFrom, TTo>(IdTable<TFrom> table, IComparer<TFrom> byId, Func<TFrom, TTo> convert)
        where TFrom : notnull
        where TTo : notnull
    {
        var order = table.Order(byId);
        var final = new int[order.Length];
        for (var index = 0; index < order.Length; index++) final[order[index]] = index;
        var indices = _places.ToArray();
        for (var row = 0; row < indices.Length; row++) indices[row] = final[indices[row]];
        return (new IdIndex<TTo>(Array.ConvertAll(order, place => convert(table.Ids[place]))), indices);
    }

    /// <summary>Whether text is an integer exactly as it would be written again: no +, no leading zeros, no blanks.</summary>
    private static bool IsCanonicalInteger(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        && value.ToString(CultureInfo.InvariantCulture) == text;

    private static long Parse(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
