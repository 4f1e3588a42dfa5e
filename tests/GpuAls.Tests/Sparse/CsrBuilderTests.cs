using CsCheck;

namespace GpuAls.Tests.Sparse;

public sealed class CsrBuilderTests
{
    private static readonly Gen<(int Row, int Column, int Value)[]> Entries =
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 6], Gen.Int[-2, 3]).Array[0, 60];

    [Test]
    public void FromCoordinates_AnyEntries_MatchesADictionary() => Entries.Sample(entries =>
    {
        var expected = new SortedDictionary<(int, int), int>();
        foreach (var (row, column, value) in entries)
            expected[(row, column)] = expected.GetValueOrDefault((row, column)) + value;

        var matrix = Build(entries);

        return Flatten(matrix).SequenceEqual(
            from pair in expected
            where pair.Value != 0
            select (pair.Key.Item1, pair.Key.Item2, (float)pair.Value));
    });

    [Test]
    public void FromCoordinates_Ratings_HaveTheMeanOfDuplicatesAndZeros()
    {
        var matrix = CsrBuilder.FromCoordinates(
            2, 3, [1, 0, 1, 0, 1, 0], [2, 1, 2, 1, 2, 0], [4, 2, 1, -2, 2.5f, 0], Feedback.Explicit);

        Assert.That(Flatten(matrix), Is.EqualTo(new[] { (0, 0, 0f), (0, 1, 0f), (1, 2, 2.5f) }));
        Assert.That(Flatten(CsrBuilder.Transpose(matrix)), Is.EqualTo(new[] { (0, 0, 0f), (1, 0, 0f), (2, 1, 2.5f) }));
    }

    [Test]
    public void Transpose_AnyMatrix_ExchangesRowsAndColumns() => Entries.Sample(entries =>
    {
        var matrix = Build(entries);
        var transposed = CsrBuilder.Transpose(matrix);

        return transposed.RowCount == 7 && transposed.ColumnCount == 5
            && Flatten(transposed).Select(entry => (entry.Column, entry.Row, entry.Value)).Order()
                .SequenceEqual(Flatten(matrix));
    });

    [Test]
    public void FromCoordinates_SoManyThatTheyAreCutIntoParts_SumsDuplicatesInTheOrderOfTheInput() =>
        Gen.Select(Gen.Int[2, 90], Gen.Int[1, 300], Gen.Int[40_000, 90_000], Gen.Int).Sample(
            (rowCount, columnCount, count, seed) =>
            {
                var random = new Random(seed);
                var (rows, columns, values) = (new int[count], new int[count], new float[count]);
                var expected = new SortedDictionary<(int Row, int Column), double>();
                for (var i = 0; i < count; i++)
                {
                    (rows[i], columns[i], values[i]) = (
                        random.Next(random.Next(1, rowCount)),
                        random.Next(columnCount),
                        (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-20, 20)));
                    expected[(rows[i], columns[i])] = expected.GetValueOrDefault((rows[i], columns[i])) + values[i];
                }

                var matrix = CsrBuilder.FromCoordinates(rowCount, columnCount, rows, columns, values);
                var again = CsrBuilder.Transpose(CsrBuilder.Transpose(matrix));

                var summed = expected.Select(pair => (pair.Key.Row, pair.Key.Column, Value: (float)pair.Value));
                return Flatten(matrix).SequenceEqual(summed.Where(entry => entry.Value != 0))
                    && Flatten(again).SequenceEqual(Flatten(matrix));
            },
            iter: 20, threads: 1);

    [Test]
    public void FromCoordinates_NoValues_CountsEachEntryAsOne() =>
        Assert.That(
            CsrBuilder.FromCoordinates(1, 2, [0, 0, 0], [1, 0, 1], []).Values.ToArray(), Is.EqualTo(new[] { 1f, 2f }));

    [Test]
    public void FromCoordinates_ManySmallOnesAfterALargeOne_LosesNone()
    {
        // 2²⁴ + 1 is not a float: summed in fp32 every small one would vanish.
        var values = new float[1025];
        values.AsSpan().Fill(1);
        values[0] = 1 << 24;

        var matrix = CsrBuilder.FromCoordinates(1, 1, new int[1025], new int[1025], values);

        Assert.That(matrix.Values[0], Is.EqualTo((1 << 24) + 1024));
    }

    [Test]
    public void FromCoordinates_IndexOutOfRange_IsRefused() =>
        Assert.That(
            () => CsrBuilder.FromCoordinates(2, 2, [0, 2], [0, 0], []),
            Throws.ArgumentException.With.Message.Contains("index 2 is out of range"));

    [Test]
    public void Build_SumTooLargeForFp32_NamesUserAndItem()
    {
        var failure = Assert.Throws<GpuAlsException>(() => CsrBuilder.Build(Plays(3e38f, 1, 3e38f)));

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.BadInput));
        Assert.That(failure.Message, Does.Contain("user 'ada' and item '9'").And.Contains("Divide all weights"));
    }

    [Test]
    public void Build_WeightsThatSumToZero_AreCounted()
    {
        var matrix = CsrBuilder.Build(Plays(2, 1, -2));

        Assert.That((matrix.CancelledPairs, matrix.ByUser.EntryCount), Is.EqualTo((1, 1)));
    }

    [Test]
    public void Build_Twice_IsRefused()
    {
        var plays = Plays(2, 1, 3);
        CsrBuilder.Build(plays);

        Assert.That(plays.RowCount, Is.Zero);
        Assert.That(plays.UserIndices, Is.Empty);
        Assert.That(
            () => CsrBuilder.Build(plays), Throws.InvalidOperationException.With.Message.Contains("load again"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Build_RoomBehindTheRows_HasNoPartInTheMatrices(bool hasDuplicates)
    {
        var plays = new IndexedInteractions
        {
            Users = new IdIndex<int>([1, 2]),
            Items = new IdIndex<int>([1, 2, 3]),
            RowCount = 4,
            UserIndices = [0, 1, hasDuplicates ? 1 : 0, 0, 99, -1],
            ItemIndices = [2, 0, 0, 1, 99, -1],
            Weights = [1, 2, 4, 8, float.NaN, float.NaN],
            Statistics = new ReadStatistics { Files = 1, Rows = 4, ZeroWeightRows = 0, BadRows = 0 },
        };

        var matrix = CsrBuilder.Build(plays);

        (int, int, float)[] expected = hasDuplicates
            ? [(0, 1, 8), (0, 2, 1), (1, 0, 6)]
            : [(0, 0, 4), (0, 1, 8), (0, 2, 1), (1, 0, 2)];
        Assert.That(Flatten(matrix.ByUser), Is.EqualTo(expected));
        Assert.That(
            Flatten(matrix.ByItem),
            Is.EqualTo(expected.Select(entry => (entry.Item2, entry.Item1, entry.Item3)).Order()));
    }

    [Test]
    public void UserIndices_RoomBehindTheRows_IsNotShown()
    {
        var plays = new IndexedInteractions
        {
            Users = new IdIndex<int>([1]),
            Items = new IdIndex<int>([1]),
            RowCount = 1,
            UserIndices = [0, 7],
            ItemIndices = [0, 7],
            Weights = [1, 7],
            Statistics = new ReadStatistics { Files = 1, Rows = 1, ZeroWeightRows = 0, BadRows = 0 },
        };

        Assert.That((plays.UserIndices.Length, plays.ItemIndices.Length, plays.Weights!.Length), Is.EqualTo((1, 1, 1)));
    }

    /// <summary>Two rows of ada and 9, one of bob and 8 between them.</summary>
    private static IndexedInteractions Plays(params float[] weights) => new()
    {
        Users = new IdIndex<string>(["ada", "bob"]),
        Items = new IdIndex<int>([8, 9]),
        UserIndices = [0, 1, 0],
        ItemIndices = [1, 0, 1],
        Weights = weights,
        Statistics = new ReadStatistics { Files = 1, Rows = 3, ZeroWeightRows = 0, BadRows = 0 },
    };

    private static CsrMatrix Build((int Row, int Column, int Value)[] entries) => CsrBuilder.FromCoordinates(
        5, 7,
        entries.Select(entry => entry.Row).ToArray(),
        entries.Select(entry => entry.Column).ToArray(),
        entries.Select(entry => (float)entry.Value).ToArray() is { Length: > 0 } values ? values : []);

    private static IEnumerable<(int Row, int Column, float Value)> Flatten(CsrMatrix matrix)
    {
        for (var row = 0; row < matrix.RowCount; row++)
            for (var entry = 0; entry < matrix.RowLength(row); entry++)
                yield return (row, matrix.RowIndices(row)[entry], matrix.RowValues(row)[entry]);
    }
}
