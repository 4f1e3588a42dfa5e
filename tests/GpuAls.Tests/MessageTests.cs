namespace GpuAls.Tests;

public sealed class MessageTests
{
    [TestCase(0, "0 rows")]
    [TestCase(1, "1 row")]
    [TestCase(2000, "2,000 rows")]
    public void Counted_Number_HasItsPlural(long count, string expected) =>
        Assert.That(Counted.Of(count, "row"), Is.EqualTo(expected));

    [TestCase(1, "1 row was skipped")]
    [TestCase(0, "0 rows were skipped")]
    [TestCase(2000, "2,000 rows were skipped")]
    public void Counted_Number_HasWordsThatAgree(long count, string expected) =>
        Assert.That(Counted.Of(count, "row was skipped", "rows were skipped"), Is.EqualTo(expected));

    [TestCase("日本 😀", "'日本 😀'")]
    [TestCase("a\0\u001b[31m\n", @"'a\u0000\u001b[31m\u000a'")]
    [TestCase("\ufffd\u2028", @"'\ufffd\u2028'")]
    public void Quoted_Id_HasNoControlCharacters(string id, string expected) =>
        Assert.That(Quoted.Of(id), Is.EqualTo(expected));

    [Test]
    public void Quoted_LongId_IsCutBetweenCharacters() =>
        Assert.That(
            Quoted.Of(string.Concat(Enumerable.Repeat("😀", 61))),
            Is.EqualTo($"'{string.Concat(Enumerable.Repeat("😀", 60))}'…"));
}
