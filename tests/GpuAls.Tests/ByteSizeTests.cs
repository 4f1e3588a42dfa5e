namespace GpuAls.Tests;

public sealed class ByteSizeTests
{
    [TestCase("2GB", 2_000_000_000)]
    [TestCase("500MB", 500_000_000)]
    [TestCase("1.5GiB", 1_610_612_736)]
    [TestCase("512 mib", 536_870_912)]
    [TestCase("64kB", 64_000)]
    [TestCase("1KiB", 1_024)]
    [TestCase("0.5TB", 500_000_000_000)]
    [TestCase("4096", 4_096)]
    [TestCase("4096B", 4_096)]
    public void Parse_EachForm_GivesBytes(string text, long bytes) =>
        Assert.That(ByteSize.Parse(text, "--device-memory"), Is.EqualTo(bytes));

    [TestCase("")]
    [TestCase("GB")]
    [TestCase("0")]
    [TestCase("0GB")]
    [TestCase("-1GB")]
    [TestCase("2G")]
    [TestCase("1,5GB")]
    [TestCase("1.5")]
    [TestCase("1e3MB")]
    [TestCase("NaN")]
    [TestCase("9999999TB")]
    [TestCase("half")]
    public void Parse_AnotherText_NamesTheOptionAndTheForms(string text)
    {
        var failure = Assert.Throws<GpuAlsException>(() => ByteSize.Parse(text, "--device-memory"));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.StartWith($"--device-memory is '{text}'").And.Contains(ByteSize.Forms));
    }

    [TestCase(0, "0 B")]
    [TestCase(999, "999 B")]
    [TestCase(1_500, "1.5 kB")]
    [TestCase(2_000_000_000, "2 GB")]
    [TestCase(1_234_567_890_123, "1.23 TB")]
    public void Text_IsDecimal(long bytes, string text) => Assert.That(ByteSize.Text(bytes), Is.EqualTo(text));
}
