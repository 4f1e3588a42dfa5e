namespace GpuAls.Tests.Storage;

public sealed class OutputLocationTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("s3://bucket/model")]
    [TestCase("S3://bucket/lists.csv")]
    public void Of_S3_IsRefusedWithTheRemedy(string name)
    {
        var failure = Assert.Throws<GpuAlsException>(() => OutputLocation.Of(name));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain(name).And.Contain("aws s3 cp"));
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
