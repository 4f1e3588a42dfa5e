using CsCheck;
using GpuAls.App;

namespace GpuAls.Tests.Sampling;

public sealed class SamplePlaysTests
{
    [Test]
    public void Histories_AnySizes_AddUpToThePlaysWithoutRepeats() =>
        Gen.Select(Gen.Int[2, 60], Gen.Int[2, 40], Gen.Double[0, 1], Gen.Long).Sample((users, items, share, seed) =>
        {
            var plays = users + (long)(share * ((users * (long)(items / 2)) - users));
            var options = new SampleOptions { Users = users, Items = items, Plays = plays, Seed = seed };
            var histories = new SamplePlays(options).Histories().ToArray();
            return histories.Length == users
                && histories.Sum(history => (long)history.Items.Length) == plays
                && histories.All(history => history.Items.Distinct().Count() == history.Items.Length)
                && histories.All(history => history.Items.All(item => item >= 0 && item < items))
                && histories.All(history => history.Counts.Length == history.Items.Length)
                && histories.All(history => history.Counts.All(count => count >= 1));
        });

    [Test]
    public void Histories_OfASeed_StayTheSame()
    {
        // Frozen: published figures are repeated from a seed.
        var options = new SampleOptions { Users = 5, Items = 20, Plays = 12, Seed = 7 };

        var text = string.Join(
            " | ",
            new SamplePlays(options).Histories()
                .Select(history => history.Items.Zip(history.Counts, (item, count) => $"{item}x{count}"))
                .Select(history => string.Join(' ', history)));

        Assert.That(text, Is.EqualTo("4x3 5x6 8x1 9x1 | 10x1 14x1 3x6 | 14x3 8x1 | 4x3 10x1 | 19x27"));
    }

    [Test]
    public void Names_AreAllDifferent()
    {
        var options = new SampleOptions { Users = 3_000, Items = 3_000, Plays = 3_000 };

        Assert.That(new SamplePlays(options).ItemNames(), Is.Unique);
        Assert.That(Enumerable.Range(0, 3_000).Select(SamplePlays.UserName), Is.Unique);
    }

    [Test]
    public void Histories_PopularityAndLengths_FollowAPowerLaw()
    {
        var histories = new SamplePlays(SampleOptions.Default).Histories().ToArray();
        var lengths = histories.Select(history => history.Items.Length).Order().ToArray();
        var listeners = histories.SelectMany(
            history => history.Items).CountBy(item => item).Select(pair => pair.Value).Order().ToArray();

        Assert.That(lengths[^1], Is.GreaterThan(5 * lengths[lengths.Length / 2]));
        Assert.That(listeners[^1], Is.GreaterThan(4 * listeners[listeners.Length / 2]));
    }

    [TestCase(".parquet")]
    [TestCase(".csv")]
    [TestCase(".tsv")]
    public async Task WriteAsync_ThenLoad_GivesTheSamePlays(string extension)
    {
        using var folder = new TempFolder();
        var path = folder.At("plays" + extension);
        var options = new SampleOptions { Users = 30, Items = 20, Plays = 150, Seed = 3 };
        var plays = new SamplePlays(options);

        await SampleJob.RunAsync(new SampleJobOptions { Sample = options, Output = path });

        var schema = new InteractionSchema { WeightColumn = SampleWriter.WeightColumn };
        var read = CsrBuilder.Build(await InteractionLoader.LoadAsync([path], schema));
        var names = plays.ItemNames();
        foreach (var history in plays.Histories())
        {
            Assert.That(read.Users.TryFind(SamplePlays.UserName(history.User), out var user));
            var found = read.ByUser.RowIndices(user).ToArray()
                .Zip(read.ByUser.RowValues(user).ToArray(), (item, count) => (read.Items.Format(item), count));
            Assert.That(
                found,
                Is.EquivalentTo(history.Items.Zip(history.Counts, (item, count) => (names[item], (float)count))));
        }
    }

    [TestCase(1, 10, 5, "--users")]
    [TestCase(5, 1, 5, "--items")]
    [TestCase(5, 10, 4, "--plays")]
    [TestCase(5, 10, 26, "--plays")]
    public void Validate_ImpossibleSizes_NamesTheOption(int users, int items, long plays, string option)
    {
        var failure = Assert.Throws<GpuAlsException>(
            () => new SampleOptions { Users = users, Items = items, Plays = plays }.Validate());

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.StartWith(option));
    }
}
