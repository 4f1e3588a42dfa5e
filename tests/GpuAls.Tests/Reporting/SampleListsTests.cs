using GpuAls.App;

namespace GpuAls.Tests.Reporting;

public sealed class SampleListsTests
{
    [Test]
    public void ChooseUsers_Many_SpreadFromTheMostActiveToTheLeast()
    {
        var plays = new CsrMatrix(
            9,
            [0, 1, 3, 6, 10, 15, 21, 28, 36, 45],
            [.. Enumerable.Range(1, 9).SelectMany(length => Enumerable.Range(0, length))],
            [.. Enumerable.Repeat(1f, 45)]);

        Assert.That(SampleLists.ChooseUsers(plays), Is.EqualTo(new[] { 8, 6, 4, 2, 0 }));
        Assert.That(SampleLists.ChooseUsers(plays, candidates: [1, 5, 3]), Is.EqualTo(new[] { 5, 3, 1 }));
    }

    [Test]
    public void ChooseUsers_WithoutAPlayAboveZero_AreLeftOut()
    {
        var plays = new CsrMatrix(2, [0, 1, 1, 3], [0, 0, 1], [2, -1, -3]);

        Assert.That(SampleLists.ChooseUsers(plays), Is.EqualTo(new[] { 0 }));
        Assert.That(SampleLists.ChooseUsers(plays, Feedback.Explicit), Is.EqualTo(new[] { 2, 0 }));
    }
}
