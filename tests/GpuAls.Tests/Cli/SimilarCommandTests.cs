namespace GpuAls.Tests.Cli;

public sealed class SimilarCommandTests
{
    private TempFolder _folder = null!;
    private string[] _items = [];

    [OneTimeSetUp]
    public async Task TrainModel()
    {
        _folder = new TempFolder();
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("plays.csv"), "--users", "30", "--items", "40", "--plays", "200");
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--weight-column", "plays", "--output", _folder.At("model"),
            "--rank", "8", "--device", "cpu");
        _items = [.. File.ReadLines(_folder.At("plays.csv")).Skip(1).Select(line => line.Split(',')[1]).Distinct()];
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Similar_ToAnItem_ListsOthersByFallingCosine()
    {
        var run = await RunAsync("--item", _items[0], "--top", "5");

        var rows = run.Lines[1..].Select(line => line.Split(',')).ToArray();
        Assert.That(run.Lines[0], Is.EqualTo("item,similar_item,rank,score"));
        Assert.That(rows, Has.Length.EqualTo(5));
        Assert.That(rows.Select(row => row[0]), Is.All.EqualTo(_items[0]));
        Assert.That(rows.Select(row => row[1]), Is.Unique.And.Not.Contains(_items[0]));
        var scores = rows.Select(row => float.Parse(row[3])).ToArray();
        Assert.That(scores, Is.Ordered.Descending.And.All.InRange(-1.001f, 1.001f));
    }

    [Test]
    public async Task Similar_ToAUser_ListsUsers()
    {
        var run = await RunAsync("--user", "Ada Abbott", "--top", "3", "--measure", "inner-product");

        Assert.That(run.Lines[0], Is.EqualTo("user,similar_user,rank,score"));
        Assert.That(run.Lines[1..].Select(line => line.Split(',')[0]), Is.All.EqualTo("Ada Abbott"));
    }

    [Test]
    public async Task Similar_All_HasTheListOfEachItem()
    {
        await RunAsync("--all", "--top", "4", "--output", _folder.At("all.jsonl"));
        var one = await RunAsync("--item", _items[3], "--top", "4");

        var lines = File.ReadAllLines(_folder.At("all.jsonl"));
        Assert.That(lines, Has.Length.EqualTo(_items.Length));
        var list = lines.Single(line => line.StartsWith($"{{\"item\":\"{_items[3]}\",\"similar_items\":["));
        foreach (var line in one.Lines[1..])
            Assert.That(list, Does.Contain($"{{\"similar_item\":\"{line.Split(',')[1]}\",\"score\":"));
        Assert.That((await RunAsync("--all", "--for", "users", "--top", "1")).Lines, Has.Length.EqualTo(31));
    }

    [Test]
    public async Task Similar_OnlyItems_AreAmongThem()
    {
        File.WriteAllText(_folder.At("some.txt"), $"{_items[0]}\n{_items[1]}\n{_items[2]}\n");

        var run = await RunAsync("--item", _items[0], "--only-items", _folder.At("some.txt"));

        Assert.That(
            run.Lines[1..].Select(line => line.Split(',')[1]), Is.EquivalentTo(new[] { _items[1], _items[2] }));
    }

    [TestCase("expected one of --item ID")]
    [TestCase("expected one of --item ID", "--all", "--item", "x")]
    [TestCase("--item requires --for items", "--user", "x", "--item", "y")]
    [TestCase("--only-users cannot be used here", "--item", "x", "--only-users", "y")]
    [TestCase("similar cannot write to a database", "--all", "--output", "sqlite:x.db")]
    public async Task Similar_OptionsThatDoNotGoTogether_AreRefused(string message, params string[] options)
    {
        var run = await Tool.RunAsync(["similar", _folder.At("model"), "--device", "cpu", .. options]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(message));
    }

    [Test]
    public async Task Similar_ToAnUnknownItem_Fails()
    {
        var run = await Tool.RunAsync("similar", _folder.At("model"), "--item", "Nothing", "--device", "cpu");

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("no item 'Nothing'"));
    }

    private Task<ToolRun> RunAsync(params string[] options) =>
        Tool.SucceedAsync(["similar", _folder.At("model"), "--device", "cpu", .. options]);
}
