using GpuAls.Bench.Quality;

namespace GpuAls.Tests.Bench;

/// <summary>Lists of items per user become plays.</summary>
public sealed class ItemListsTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("7 3 4\n2 9\n", LineForm.UserIsFirst, "7,3\n7,4\n2,9\n")]
    [TestCase("2 3 4\n0\n1 9\n", LineForm.UserIsTheLine, "0,3\n0,4\n2,9\n")]
    public void Convert_Lines_WritesAPlayForEachItem(string lines, object form, string plays)
    {
        File.WriteAllText(_folder.At("lists"), lines);

        ItemLists.Convert(_folder.At("lists"), (LineForm)form, _folder.At("plays.csv"));

        Assert.That(
            File.ReadAllText(_folder.At("plays.csv")).ReplaceLineEndings("\n"), Is.EqualTo("user,item\n" + plays));
    }

    [TestCase("3 1 2", LineForm.UserIsTheLine, "line 1")]
    [TestCase("1 2\n1 x", LineForm.UserIsFirst, "line 2")]
    public void Convert_LineOfAnotherForm_SaysWhichLine(string lines, object form, string location)
    {
        File.WriteAllText(_folder.At("lists"), lines);

        Assert.That(
            () => ItemLists.Convert(_folder.At("lists"), (LineForm)form, _folder.At("plays.csv")),
            Throws.TypeOf<GpuAlsException>().With.Property("Kind").EqualTo(FailureKind.BadInput)
                .And.Message.Contains(location));
    }
}
