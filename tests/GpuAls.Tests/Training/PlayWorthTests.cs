using CsCheck;

namespace GpuAls.Tests.Training;

public sealed class PlayWorthTests
{
    private const long Day = 86_400;

    /// <summary>Integers are seconds here, from 2009 on.</summary>
    private const long Start = 1_234_567_890;

    private static readonly Gen<AlsOptions> Options =
        from halfLife in Gen.OneOf(Gen.Double[0.5, 50].Select(days => (double?)days), Gen.Const((double?)null))
        from maxWeight in Gen.OneOf(Gen.Double[0.1, 4].Select(weight => (double?)weight), Gen.Const((double?)null))
        from asOf in Gen.OneOf(
            Gen.Long[-10, 40].Select(day => (DateTimeOffset?)DateTimeOffset.FromUnixTimeSeconds(Start + (day * Day))),
            Gen.Const((DateTimeOffset?)null))
        from least in Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3])
        select AlsOptions.Default with
        {
            HalfLife = halfLife,
            AsOf = asOf,
            MaxWeight = maxWeight,
            MinUserPlays = least.Item1,
            MinItemPlays = least.Item2,
        };

    private static readonly Gen<Row[]> RowLists = Gen.Select(
        Gen.Int[0, 6], Gen.Int[0, 4], Gen.Long[0, 30 * Day], Gen.Int[-2, 5].Where(weight => weight != 0),
        (user, item, time, weight) => new Row(user, item, Start + time, weight)).Array[1, 40];

    [Test]
    public void Build_AnyRowsAndOptions_MatchesTheNaiveReference() => Gen.Select(RowLists, Options).Sample(
        (rows, options) =>
        {
            var expected = Naive(rows, options);
            if (expected.Count == 0) return;
            var built = Pairs(PlayWorth.Build(Interactions(rows), options));
            Assert.That(built.Keys, Is.EquivalentTo(expected.Keys));
            foreach (var (pair, weight) in expected) Assert.That(built[pair], Is.EqualTo(weight).Within(1e-4).Percent);
        });

    [Test]
    public void Of_RowsThatAreKept_GivesTheSamePlays() => Gen.Select(RowLists, Options).Sample(
        (rows, options) =>
        {
            if (Naive(rows, options).Count == 0) return;
            var kept = Interactions(rows);
            var plain = CsrBuilder.Build(Interactions(rows));
            var (built, of) = (
                PlayWorth.Build(Interactions(rows), options), PlayWorth.Of(kept, plain, options));
            Assert.That(Pairs(of), Is.EquivalentTo(Pairs(built)));
            Assert.That(kept.RowCount, Is.EqualTo(rows.Length));
        });

    /// <summary>What a split trains on is what a training of these rows alone would make of them.</summary>
    [Test]
    public void Split_ByTime_DecaysFromTheNewestPlayTrainedOn() => Gen.Select(
        RowLists.Where(rows => rows.Length > 8), Options, Gen.Double[0.1, 0.6]).Sample((rows, options, fraction) =>
        {
            var sorted = rows.Select(row => row.Time).Order().ToArray();
            var newest = sorted[Math.Max(0, sorted.Length - (int)(fraction * sorted.Length) - 1)];
            var trained = rows.Where(row => row.Time <= newest).ToArray();
            var expected = Naive(trained, options);
            var all = Interactions(rows);
            var plays = CsrBuilder.Build(all.Where(_ => true));
            var split = SplitOptions.Default with { Kind = SplitKind.Time, TestFraction = fraction };
            HeldOut heldOut;
            try
            {
                heldOut = Splitter.Split(all, plays, split, options).Single();
            }
            catch (GpuAlsException)
            {
                return; // nothing is held out, or nothing left to train on
            }

            var built = Pairs(heldOut.Train);
            Assert.That(built.Keys, Is.EquivalentTo(expected.Keys));
            foreach (var (pair, weight) in expected) Assert.That(built[pair], Is.EqualTo(weight).Within(1e-4).Percent);
        });

    /// <summary>Pair (0, 0) is held out with its newest row, so ages count back from day 20, not from day 30.</summary>
    [Test]
    public void Split_ByPairs_DecaysFromTheNewestPlayTrainedOn()
    {
        Row[] rows =
        [
            new(0, 0, Start + (30 * Day), 1), new(0, 0, Start, 1), new(0, 1, Start + (20 * Day), 3),
            new(0, 1, Start + (10 * Day), 2), new(1, 1, Start + (10 * Day), 4), new(1, 0, Start + (5 * Day), 1),
        ];
        var all = Interactions(rows);
        var plays = CsrBuilder.Build(all.Where(_ => true));
        var split = HoldOutSplit.LeaveLast(plays.ByUser, PairTimes.Newest(all, plays.ByUser), 1, seed: 1);

        var train = PlayWorth.OfPart(
            all, split.Train, row => split.IsTrained(all, row), AlsOptions.Default with { HalfLife = 10 });

        // User 0 keeps item 1: 3 + 2/2. User 1, whose newest is item 1, keeps item 0: 1 · 2^(-15/10).
        Assert.That(train.RowValues(0).ToArray(), Is.EqualTo(new[] { 4f }));
        Assert.That(train.RowValues(1).ToArray(), Is.EqualTo(new[] { (float)Math.Pow(2, -1.5) }).Within(1e-6));
    }

    [TestCase(1_600_000_000, ExpectedResult = 1_600_000_000_000_000)]
    [TestCase(1_600_000_000_123, ExpectedResult = 1_600_000_000_123_000)]
    [TestCase(1_600_000_000_123_456, ExpectedResult = 1_600_000_000_123_456)]
    [TestCase(1_600_000_000_123_456_789, ExpectedResult = 1_600_000_000_123_456)]
    [TestCase(-5, ExpectedResult = -5_000_000)]
    [TestCase(0, ExpectedResult = 0)]
    [TestCase(long.MinValue, ExpectedResult = long.MinValue / 1000)]
    public long Microseconds_OfAnInteger_HasTheUnitOfItsMagnitude(long time) =>
        EpochTime.Microseconds(time, TimeKind.Integer);

    [TestCase("2025-03-31", "2025-03-31")]
    [TestCase("2025-03-31T20:15:00Z", "2025-03-31T20:15:00Z")]
    [TestCase("2025-03-31T20:15:00+02:00", "2025-03-31T18:15:00Z")]
    [TestCase("1743379200", "2025-03-31")]
    public void Parse_ATime_IsWrittenAsAnInstant(string text, string written)
    {
        var instant = EpochTime.Parse(text, "--as-of");
        Assert.That(EpochTime.Text(instant), Is.EqualTo(written));
        Assert.That(EpochTime.Parse(written, "--as-of"), Is.EqualTo(instant));
    }

    [TestCase("yesterday")]
    [TestCase("2025-13-01")]
    [TestCase("9223372036854775807000")]
    [TestCase("")]
    public void Parse_NoTime_IsRefused(string text) => Assert.That(
        () => EpochTime.Parse(text, "--as-of"),
        Throws.TypeOf<GpuAlsException>().With.Message.Contains("--as-of is '" + text + "'; expected a date"));

    [TestCase("90d", 90, "90d")]
    [TestCase("12h", 0.5, "12h")]
    [TestCase("2w", 14, "14d")]
    [TestCase("1y", 365.25, "365.25d")]
    [TestCase("0.1d", 0.1, "0.1d")]
    [TestCase("90", null, null)]
    [TestCase("0d", null, null)]
    [TestCase("-1d", null, null)]
    [TestCase("NaNd", null, null)]
    public void DayCount_OfAText_IsWrittenInDaysOrHours(string text, double? days, string? written)
    {
        Assert.That(DayCount.Parse(text), Is.EqualTo(days));
        if (days is { } number) Assert.That(DayCount.Text(number), Is.EqualTo(written));
    }

    [Test]
    public void Build_NothingLeft_SaysWhichOptionsToLower() => Assert.That(
        () => PlayWorth.Build(
            Interactions([new Row(0, 0, 1, 1)]), AlsOptions.Default with { MinUserPlays = 2, MinItemPlays = 3 }),
        Throws.TypeOf<GpuAlsException>().With.Message.Contains("no user with 2 different items has items with 3"));

    [Test]
    public void Build_HalfLifeWithoutTimes_IsRefused()
    {
        var rows = new IndexedInteractions
        {
            Users = new IdIndex<int>([0]),
            Items = new IdIndex<int>([0]),
            UserIndices = [0],
            ItemIndices = [0],
            Weights = null,
            Statistics = Read(1),
        };

        Assert.That(
            () => PlayWorth.Build(rows, AlsOptions.Default with { HalfLife = 1 }),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("requires --time-column"));
    }

    /// <summary>Decays rows, sums pairs, drops sums of 0, caps, drops users and items until nothing changes.</summary>
    private static Dictionary<(int User, int Item), double> Naive(Row[] rows, AlsOptions options)
    {
        var newest = options.AsOf?.ToUnixTimeSeconds() ?? rows.Max(row => row.Time);
        var pairs = rows.GroupBy(row => (row.User, row.Item))
            .ToDictionary(group => group.Key, group => group.Sum(Worth))
            .Where(pair => (float)pair.Value != 0)
            .ToDictionary(
                pair => pair.Key,
                pair => options.MaxWeight is { } most ? Math.Clamp(pair.Value, -most, most) : pair.Value);
        for (var before = -1; before != pairs.Count;)
        {
            before = pairs.Count;
            pairs = pairs
                .Where(pair => pairs.Keys.Count(key => key.User == pair.Key.User) >= (options.MinUserPlays ?? 1)
                    && pairs.Keys.Count(key => key.Item == pair.Key.Item) >= (options.MinItemPlays ?? 1))
                .ToDictionary();
        }

        return pairs;

        double Worth(Row row) => options.HalfLife is { } halfLife
            ? (float)(row.Weight * Math.Pow(0.5, Math.Max(0, newest - row.Time) / (halfLife * Day)))
            : row.Weight;
    }

    private static Dictionary<(int, int), float> Pairs(InteractionMatrix plays) => Enumerable
        .Range(0, plays.Users.Count)
        .SelectMany(user => plays.ByUser.RowIndices(user).ToArray().Zip(
            plays.ByUser.RowValues(user).ToArray(),
            (item, weight) => (Pair: (Id(plays.Users, user), Id(plays.Items, item)), weight)))
        .ToDictionary(entry => entry.Pair, entry => entry.weight);

    private static int Id(IdIndex ids, int index) => ((IdIndex<int>)ids).Ids.Span[index];

    private static IndexedInteractions Interactions(Row[] rows) => new()
    {
        Users = new IdIndex<int>([.. Enumerable.Range(0, rows.Max(row => row.User) + 1)]),
        Items = new IdIndex<int>([.. Enumerable.Range(0, rows.Max(row => row.Item) + 1)]),
        UserIndices = [.. rows.Select(row => row.User)],
        ItemIndices = [.. rows.Select(row => row.Item)],
        Weights = [.. rows.Select(row => (float)row.Weight)],
        Times = [.. rows.Select(row => row.Time)],
        Statistics = Read(rows.Length),
    };

    private static ReadStatistics Read(int rows) =>
        new() { Files = 1, Rows = rows, ZeroWeightRows = 0, BadRows = 0 };

    private sealed record Row(int User, int Item, long Time, int Weight);
}
