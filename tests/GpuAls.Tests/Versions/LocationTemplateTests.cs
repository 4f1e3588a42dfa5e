using CsCheck;
using GpuAls.App;

namespace GpuAls.Tests.Versions;

public sealed class LocationTemplateTests
{
    private static readonly DateTime Instant = new(2026, 3, 9, 4, 5, 6, DateTimeKind.Utc);

    /// <summary>Pieces of a template, each with what it stands for at <see cref="Instant"/>.</summary>
    private static readonly Gen<(string Text, string Value)[]> Pieces = Gen.OneOf(
        Gen.Char["az09-_./{}é "].Array[0, 5].Select(text => new string(text)).Select(literal => (
            literal.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal),
            literal)),
        Gen.Const(("{date}", "2026-03-09"))).Array[0, 6];

    [TestCase("models/{date}", "models/2026-03-09")]
    [TestCase("s3://music/{date}-{time}", "s3://music/2026-03-09-040506")]
    [TestCase("{date}/top{time}.parquet", "2026-03-09/top040506.parquet")]
    [TestCase("plain", "plain")]
    [TestCase("{{date}}", "{date}")]
    [TestCase("a}}b{{{date}}}", "a}b{2026-03-09}")]
    public void At_Instant_FillsThePlaceholders(string template, string expected) =>
        Assert.That(Parse(template).At(Instant), Is.EqualTo(expected));

    [Test]
    public void At_AnyPieces_IsTheirValues() => Pieces.Sample(pieces =>
    {
        var template = Parse(string.Concat(pieces.Select(piece => piece.Text)));

        Assert.That(template.At(Instant), Is.EqualTo(string.Concat(pieces.Select(piece => piece.Value))));
        Assert.That(template.HasPlaceholders, Is.EqualTo(pieces.Any(piece => piece.Text == "{date}")));
    });

    /// <summary>The names of versions sort as the instants do, and no two instants share one by accident.</summary>
    [Test]
    public void At_AnyInstants_SortLikeThem() => Gen.Select(Instants, Instants).Sample((one, other) =>
    {
        var template = Parse("m-{date}T{time}.v");

        Assert.That(
            Math.Sign(string.CompareOrdinal(template.At(one), template.At(other))),
            Is.EqualTo(Math.Sign(one.CompareTo(other))));
    });

    [Test]
    public void Matches_AnyInstant_IsFoundAndNothingElse() => Gen
        .Select(Instants, Gen.Int[0, 40], Gen.Char.AlphaNumeric).Sample((instant, position, character) =>
        {
            var template = Parse("models/m{date}-{time}x");
            var name = template.At(instant);
            position %= name.Length;
            var changed = name[..position] + character + name[(position + 1)..];

            Assert.That(template.Matches(name), Is.True);
            if (!char.IsAsciiDigit(character) && changed != name) Assert.That(template.Matches(changed), Is.False);
            Assert.That(template.Matches(name + character), Is.False);
            Assert.That(template.Matches(name[1..]), Is.False);
        });

    [TestCase("2026-02-30", false)]
    [TestCase("2026-02-28", true)]
    [TestCase("2026-2-028", false)]
    [TestCase("latest", false)]
    [TestCase("", false)]
    public void Matches_Days_AreThoseOfTheCalendar(string name, bool expected) =>
        Assert.That(Parse("{date}").Matches(name), Is.EqualTo(expected));

    [TestCase("models/{date}", "models/", "{date}")]
    [TestCase("models/{date}/", "models/", "{date}")]
    [TestCase("a/b/m-{date}.{time}x//", "a/b/", "m-{date}.{time}x")]
    [TestCase("{date}", "", "{date}")]
    [TestCase("s3://music/{date}", "s3://music/", "{date}")]
    public void Split_LastPart_IsTheName(string text, string folder, string name)
    {
        var split = Parse(text).Split()!.Value;

        Assert.That(split.Folder, Is.EqualTo(folder));
        Assert.That(split.Name.At(Instant), Is.EqualTo(Parse(name).At(Instant)));
    }

    [TestCase("{date}/model")]
    [TestCase("models/{date}/{time}")]
    [TestCase("s3://{date}/models")]
    public void Split_FolderWithPlaceholder_IsRefused(string text) => Assert.That(Parse(text).Split(), Is.Null);

    [TestCase("models/{dat}", "--output 'models/{dat}' has the placeholder {dat}; expected {date} or {time}. "
        + "Did you mean {date}? Write {{ and }} for braces in a name.")]
    [TestCase("models/{Date}", "Did you mean {date}?")]
    [TestCase("models/{run}", "expected {date} or {time}. Write {{")]
    [TestCase("models/{}", "has the placeholder {};")]
    [TestCase("models/{date", "has a '{' without its counterpart. Write {{ and }} for braces in a name.")]
    [TestCase("models/date}", "has a '}' without its counterpart.")]
    [TestCase("models/{time}", "has {time}, the time of day, without {date} before it")]
    [TestCase("models/{time}{date}", "Write {date}-{time}.")]
    public void Parse_Mistake_SaysWhatWasExpected(string text, string message)
    {
        var failure = Assert.Throws<GpuAlsException>(() => Parse(text));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain(message));
    }

    private static Gen<DateTime> Instants => Gen.DateTime[new DateTime(1970, 1, 1), new DateTime(2199, 12, 31)]
        .Select(instant => instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerSecond)));

    private static LocationTemplate Parse(string text) => LocationTemplate.Parse(text, "--output");
}
