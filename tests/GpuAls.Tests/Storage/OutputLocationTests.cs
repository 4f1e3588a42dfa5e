using System.Runtime.CompilerServices;
using GpuAls.Cli;

namespace GpuAls.Tests.Storage;

public sealed class OutputLocationTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Of_UnknownScheme_IsRefused()
    {
        var failure = Assert.Throws<GpuAlsException>(() => OutputLocation.Of("gs://bucket/model"));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain("'gs://bucket/model': gs:// is not supported"));
    }

    [TestCase("s3://bucket/model", "s3://bucket/model", ".")]
    [TestCase("s3://bucket/model", "s3://bucket/model/", ".")]
    [TestCase("s3://bucket/model/", "s3a://bucket/model/lists/top.csv", "lists/top.csv")]
    [TestCase("s3://bucket", "S3://bucket/lists.csv", "lists.csv")]
    [TestCase("s3://bucket/model", "s3://bucket/models/lists.csv", null)]
    [TestCase("s3://bucket/model", "s3://other/model/lists.csv", null)]
    [TestCase("s3://bucket/model/..", "s3://bucket/lists.csv", null)] // dots mean nothing in keys
    [TestCase("s3://bucket/model", "model/lists.csv", null)]
    [TestCase(".", "s3://bucket/model", null)]
    public void Contains_Urls_GoesByTheKey(string folder, string file, string? below)
    {
        RuntimeHelpers.RunClassConstructor(typeof(CommandLine).TypeHandle); // adds S3
        var (outer, inner) = (OutputLocation.Of(folder), OutputLocation.Of(file));

        Assert.That(outer.Contains(inner), Is.EqualTo(below is not null));
        if (below is not null) Assert.That(outer.FileBelow(inner), Is.EqualTo(below));
    }

    [Test]
    public void Parents_OfAUrl_EndWithTheBucket()
    {
        RuntimeHelpers.RunClassConstructor(typeof(CommandLine).TypeHandle);

        Assert.That(
            OutputLocation.Of("s3://bucket/a/b.csv").Parents, Is.EqualTo(new[] { "s3://bucket/a", "s3://bucket" }));
    }

    [TestCase("model", "model", true)]
    [TestCase("model", "model/", true)]
    [TestCase("model", "model/lists/top.csv", true)]
    [TestCase("model", "model/../model/lists.csv", true)]
    [TestCase("model", "link/lists.csv", true)]
    [TestCase("model", "models/lists.csv", false)]
    [TestCase("model", "model/../lists.csv", false)]
    [TestCase("model", ".", false)]
    public void Contains_OtherNamesOfAPath_AreTheSame(string folder, string file, bool expected)
    {
        Directory.CreateDirectory(_folder.At("model"));
        Directory.CreateSymbolicLink(_folder.At("link"), "model");

        Assert.That(
            OutputLocation.Of(_folder.At(folder)).Contains(OutputLocation.Of(_folder.At(file))), Is.EqualTo(expected));
    }

    [Test]
    public void FileBelow_HasSlashes() => Assert.That(
        OutputLocation.Of(_folder.At("model"))
            .FileBelow(OutputLocation.Of(_folder.At("model", "lists", "top.csv"))), Is.EqualTo("lists/top.csv"));
}
