using System.Globalization;
using System.Text;
using CsCheck;

namespace GpuAls.Tests.Indexing;

/// <summary>Batches of any types, which several processes can read together.</summary>
internal sealed class BatchesSource(IReadOnlyList<TestBatch> batches, InteractionSchema schema) : IInteractionSource
{
    public string Name => "batches";

    public int FileCount => batches.Count;

    public InteractionSchema Schema => schema;

    /// <summary>Batches whose ids can be loaded together.</summary>
    public static Gen<TestBatch[]> Alike { get; } = Gen.Select(Side(), Side(), Gen.Int[1, 40])
        .SelectMany((users, items, ids) => Batch(users, items, Gen.Const(TimeKind.Integer), ids).Array[0, 7]);

    /// <summary>Batches whose ids and times may be of types that do not go together, with bad rows.</summary>
    public static Gen<TestBatch[]> Any { get; } = Batch(
        Gen.Enum<IdKinds>(), Gen.Enum<IdKinds>(), Gen.Enum<TimeKind>(), ids: 9).Array[0, 5];

    public IAsyncEnumerable<BatchWork> ReadAsync(CancellationToken cancellation) =>
        ReadAsync(InputShare.Whole, cancellation);

    public IAsyncEnumerable<BatchWork> ReadAsync(InputShare share, CancellationToken cancellation)
    {
        var (start, end) = share.RangeOf(batches.Count);
        return Enumerable.Range((int)start, (int)(end - start)).Select(Work).ToAsyncEnumerable();

        BatchWork Work(int index) => _ => Task.FromResult(Build(batches[index], index));
    }

    /// <summary>The kinds of batches, one or two that go together.</summary>
    private static Gen<Gen<IdKinds>> Side() => Gen.Int[0, 9].Select(choice => choice switch
    {
        0 => Gen.OneOf(IdKinds.Narrow, IdKinds.Wide),
        1 => Gen.OneOf(IdKinds.Narrow, IdKinds.Unsigned),
        2 => Gen.OneOf(IdKinds.Digits, IdKinds.UntypedWords),
        3 => Gen.OneOf(IdKinds.Words, IdKinds.Digits),
        4 or 5 => Gen.Const(IdKinds.Digits),
        6 => Gen.Const(IdKinds.Wide),
        7 => Gen.Const(IdKinds.Unsigned),
        8 => Gen.Const(IdKinds.Uuids),
        _ => Gen.Const(IdKinds.Words),
    });

    private static Gen<TestBatch> Batch(
        Gen<IdKinds> users, Gen<IdKinds> items, Gen<TimeKind> times, int ids) => Gen.Select(
        users,
        items,
        times,
        Gen.Select(Gen.Int[0, ids], Gen.Int[0, ids], Gen.Int[-3, 3], Gen.Int[0, 1_000_000]).Array[0, 30],
        Gen.Int[-20, 7],
        (userKind, itemKind, timeKind, rows, badRows) => new TestBatch(
            userKind,
            itemKind,
            timeKind,
            [.. rows.Select(row => (row.Item1, row.Item2, row.Item3 * 0.1f, 1_700_000_000L + row.Item4))],
            Math.Max(0, badRows)));

    private InteractionBatch Build(TestBatch batch, int index)
    {
        var verdicts = new RowVerdicts(row => $"batch {index}, row {row}", schema);
        for (var row = 0; row < batch.BadRows; row++) verdicts.Reject(row, "is bad");
        var rows = batch.Rows.Where((row, i) => verdicts.Accept(row.Weight, "weight", i)).ToArray();
        return new InteractionBatch
        {
            Origin = $"file {index}",
            Users = Ids(batch.Users, [.. rows.Select(row => row.User)]),
            Items = Ids(batch.Items, [.. rows.Select(row => row.Item)]),
            Weights = schema.HasWeights ? rows.Select(row => row.Weight).ToArray() : default(ReadOnlyMemory<float>?),
            Times = schema.TimeColumn is null
                ? default(ReadOnlyMemory<long>?)
                : rows.Select(row => batch.TimeKind == TimeKind.Instant ? row.Time * 1_000_000 : row.Time).ToArray(),
            TimeKind = batch.TimeKind,
            RowsRead = batch.Rows.Length + batch.BadRows,
            Verdicts = verdicts,
            Fraction = (index + 1.0) / batches.Count,
        };
    }

    private static IdColumn Ids(IdKinds kind, int[] numbers)
    {
        var type = kind switch
        {
            IdKinds.Narrow => IdType.Integer32,
            IdKinds.Wide => IdType.Integer64,
            IdKinds.Unsigned => IdType.UnsignedInteger64,
            IdKinds.Uuids => IdType.Uuid,
            _ => IdType.Text,
        };
        var values = new IdValues(IdTypes.Width(type));
        foreach (var number in numbers)
        {
            if (type == IdType.Uuid)
                values.Add(new Guid(number * 7919, 1, 2, new byte[8]).ToByteArray(bigEndian: true));
            else if (type == IdType.Text) values.Add(Encoding.UTF8.GetBytes(Text(kind, number)));
            else IdValues.WriteInteger(values.AddFixed(1), Integer(kind, number));
        }

        return new IdColumn(type, values, Enumerable.Range(0, numbers.Length).ToArray(), kind is IdKinds.Digits
            or IdKinds.UntypedWords)
        { HasNegative = kind is IdKinds.Wide && numbers.Any(number => Integer(kind, number) < 0) };
    }

    private static string Text(IdKinds kind, int number) => kind == IdKinds.Digits
        ? number.ToString(CultureInfo.InvariantCulture)
        : $"{new string('x', number % 7 * 6)}{number}é{new string('\0', number % 3)}";

    private static long Integer(IdKinds kind, int number) => kind switch
    {
        IdKinds.Wide => number - 5,
        IdKinds.Unsigned when number % 3 == 0 => number + long.MinValue, // 2⁶³ and above
        _ => number,
    };
}

internal enum IdKinds
{
    Words,
    UntypedWords,
    Digits,
    Narrow,
    Wide,
    Unsigned,
    Uuids,
}

/// <summary>A batch: what its ids are made of, its rows, and how many more of them are bad.</summary>
internal sealed record TestBatch(
    IdKinds Users,
    IdKinds Items,
    TimeKind TimeKind,
    (int User, int Item, float Weight, long Time)[] Rows,
    int BadRows = 0);
