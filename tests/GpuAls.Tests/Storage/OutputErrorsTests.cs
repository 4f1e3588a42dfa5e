namespace GpuAls.Tests.Storage;

public sealed class OutputErrorsTests
{
    private static readonly StagedPath Model = new("/data/.model.0123.tmp", "/data/model");

    private static readonly Exception[] OfFileSystem =
    [
        new IOException("no space left: '/data/.model.0123.tmp/users.parquet'."),
        new UnauthorizedAccessException("'/data/.model.0123.tmp/users.parquet' is denied."),
        new NotSupportedException("'/data/.model.0123.tmp/users.parquet' is not supported."),
    ];

    [TestCaseSource(nameof(OfFileSystem))]
    public void Guard_WhatTheFileSystemRefuses_NamesFinalPathsOnly(Exception refusal)
    {
        var failure = Assert.Throws<GpuAlsException>(() => OutputErrors.Guard(Model, (Action)(() => throw refusal)));

        AssertSaid(failure, refusal);
    }

    [TestCaseSource(nameof(OfFileSystem))]
    public async Task GuardAsync_WhatTheFileSystemRefuses_NamesFinalPathsOnly(Exception refusal)
    {
        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => OutputErrors.GuardAsync(Model, () => Task.FromException(refusal)));

        AssertSaid(failure!, refusal);
    }

    [TestCase(28, true)]
    [TestCase(122, true)]
    [TestCase(unchecked((int)0x80070070), true)]
    [TestCase(30, false)]
    public void Guard_FailureOfTheDisk_AdvisesToFreeSpaceOnlyWhereItIsFull(int code, bool isFull)
    {
        var failure = Assert.Throws<GpuAlsException>(
            () => OutputErrors.Guard(Model, (Action)(() => throw new IOException("refused", code))));

        Assert.That(failure.Message.Contains("Free some space"), Is.EqualTo(isFull));
        Assert.That(failure.Message, Does.Contain("hoose another location."));
    }

    [Test]
    public void GuardAsync_AnotherFailure_Passes() => Assert.That(
        () => OutputErrors.GuardAsync(
            Model, () => Task.FromException(new InvalidOperationException())), Throws.InvalidOperationException);

    private static void AssertSaid(GpuAlsException failure, Exception refusal)
    {
        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That(
            failure.Message,
            Does.StartWith("cannot write '/data/model': ").And.Contain(
                "'/data/model/users.parquet'").And.Not.Contain(".tmp"));
        Assert.That(failure.InnerException, Is.SameAs(refusal));
    }
}
