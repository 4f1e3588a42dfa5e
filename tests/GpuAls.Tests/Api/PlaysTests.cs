using CsCheck;
using GpuAls.Tests.Reading;

namespace GpuAls.Tests.Api;

/// <summary>Plays in memory are those of a file with the same rows.</summary>
public sealed class PlaysTests
{
    private static readonly Gen<(string User, long Item, float Weight)[]> Rows = Gen.Select(
        Gen.Int[0, 9].Select(user => $"ü{user}"), Gen.Long[-3, 9], Gen.Int[-2, 4]
            .Select(weight => weight / 2f)).Array[1, 60];

    [Test]
    public async Task From_AnyRows_EqualsThoseReadFromAFile([Values] Feedback feedback) =>
        await Rows.SampleAsync(
            async rows =>
            {
                using var folder = new TempFolder();
                var path = folder.At("plays.parquet");
                await ParquetPlays.WriteAsync(
                    path,
                    1,
                    ("user", Array.ConvertAll(rows, row => row.User)),
                    ("item", Array.ConvertAll(rows, row => row.Item)),
                    ("w", Array.ConvertAll(rows, row => row.Weight)));
                var schema = new InteractionSchema { WeightColumn = "w", Feedback = feedback };
                if (feedback == Feedback.Implicit && rows.All(row => row.Weight == 0))
                {
                    Assert.That(() => Plays.From(rows, feedback), Throws.TypeOf<GpuAlsException>());
                    return;
                }

                var read = await Plays.ReadAsync(path, schema);
                var made = Plays.From(rows, feedback);

                Assert.That(Text(made), Is.EqualTo(Text(read)));
                Assert.That(made.Statistics with { Files = 1 }, Is.EqualTo(read.Statistics));
                Assert.That(made.Items.Type, Is.EqualTo(IdType.Integer64));
            },
            iter: 60, threads: 1);

    [Test]
    public void From_ArraysOrTuples_AreTheSame()
    {
        (int User, Guid Item)[] pairs = [(7, Guid.Empty), (7, Guid.AllBitsSet), (9, Guid.Empty), (7, Guid.Empty)];

        var tuples = Plays.From(pairs);
        var arrays = Plays.From(Array.ConvertAll(pairs, pair => pair.User), Array.ConvertAll(pairs, pair => pair.Item));

        Assert.That(Text(arrays), Is.EqualTo(Text(tuples)));
        Assert.That(tuples.Count, Is.EqualTo(3));
        Assert.That(tuples.Matrix.ByUser.Values.ToArray(), Is.EqualTo(new[] { 2f, 1, 1 }));
    }

    [TestCase("", 1f, "play 1 has an empty user id")]
    [TestCase(null, 1f, "play 1 has no user id")]
    [TestCase("a", float.NaN, "play 1 has weight NaN; expected a finite number")]
    public void From_BadRow_IsRefused(string? user, float weight, string expected) => Assert.That(
        () => Plays.From([("b", "x", 1f), (user!, "x", weight)]),
        Throws.TypeOf<GpuAlsException>().With.Message.Contains(expected)
            .And.Property(nameof(GpuAlsException.Kind)).EqualTo(FailureKind.BadInput));

    [Test]
    public void From_IdWithHalfASurrogatePair_IsRefused() => Assert.That(
        () => Plays.From([("b", "x"), ("a", $"x{(char)0xd800}")]),
        Throws.TypeOf<GpuAlsException>().With.Message.Contains("play 1 has an item id that is not valid UTF-16"));

    [Test]
    public void From_NoRows_IsRefused() => Assert.That(
        () => Plays.From(Array.Empty<(string, string)>()),
        Throws.TypeOf<GpuAlsException>().With.Message.Contains("there are no plays"));

    [Test]
    public void From_OtherIds_AreRefused() =>
        Assert.That(
            () => Plays.From([(1.5, "x")]), Throws.ArgumentException.With.Message.Contains("not a type of ids"));

    [Test]
    public void HoldOut_APart_HasTheOthersToTrainOn()
    {
        var plays = Plays.From(
            from user in Enumerable.Range(0, 50) from item in Enumerable.Range(0, 20) select (user, item));

        var (train, test) = plays.HoldOut(new SplitOptions { Kind = SplitKind.LeaveOut, LeaveOut = 3 });

        Assert.That((train.Count, test.Count), Is.EqualTo((50 * 17, 50 * 3)));
        Assert.That(Pairs(train).Concat(Pairs(test)).Order(), Is.EqualTo(Pairs(plays).Order()));
    }

    [Test]
    public void HoldOut_ByTimeWithoutTimes_IsRefused() => Assert.That(
        () => Plays.From([(1, 2), (3, 4)]).HoldOut(new SplitOptions { Kind = SplitKind.Time }),
        Throws.TypeOf<GpuAlsException>().With.Message.Contains("have no times"));

    private static string Text(Plays plays) => string.Join('\n', Entries(plays));

    private static IEnumerable<string> Pairs(Plays plays) =>
        Entries(plays).Select(entry => entry[..entry.LastIndexOf(' ')]);

    /// <summary>Users in their order, each with its items in their order.</summary>
    private static IEnumerable<string> Entries(Plays plays) =>
        from user in Enumerable.Range(0, plays.Users.Count)
        from entry in Enumerable.Range(0, plays.Matrix.ByUser.RowLength(user))
        let item = plays.Matrix.ByUser.RowIndices(user)[entry]
        select $"{plays.Users.Format(user)} {plays.Items.Format(item)} {plays.Matrix.ByUser.RowValues(user)[entry]}";
}
