using System.Text.Json.Nodes;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Formats;

/// <summary>What implicit answered with its own model; the imported model gives the same answers.</summary>
public sealed class ImplicitAnswersTests
{
    private TempFolder _folder = null!;
    private string _model = "";

    [OneTimeSetUp]
    public async Task ImportModel()
    {
        _folder = new TempFolder();
        _model = _folder.At("model");
        await ImportAsync(_model, "--plays", ExchangeCommandTests.Case("plays", "truth.csv"));
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Similar_EachItem_ListsTheNeighboursOfImplicit()
    {
        var lists = _folder.At("similar.jsonl");
        await Tool.SucceedAsync("similar", _model, "--all", "--top", "5", "--output", lists, "--device", "cpu");

        var ours = File.ReadLines(lists).Select(line => JsonNode.Parse(line)!)
            .ToDictionary(list => Text(list["item"]), list => list["similar_items"]!.AsArray());
        var theirs = Lines("implicit-similar_items.jsonl");
        Assert.That(ours, Has.Count.EqualTo(theirs.Length));
        foreach (var list in theirs)
        {
            var item = Text(list["item"]);
            Assert.That(Text(list["items"]![0]), Is.EqualTo(item), "implicit lists the item itself first");
            AssertList(ours[item], "similar_item", Texts(list["items"])[1..], Numbers(list["scores"])[1..], 1e-5);
        }
    }

    [Test]
    public async Task Explain_Score_HasTheContributionsOfImplicit()
    {
        var theirs = Json("implicit-explain.json");

        var run = await Tool.SucceedAsync(
            "explain", _model, "--user", Text(theirs["user"]), "--item", Text(theirs["item"]), "--top", "5",
            "--format", "json", "--device", "cpu");

        var ours = JsonNode.Parse(run.Out)!;
        var plays = ours["plays"]!.AsArray();
        var contributions = theirs["contributions"]!.AsArray();
        Assert.That(
            plays.Select(play => Text(play!["item"])), Is.EqualTo(contributions.Select(one => Text(one![0]))));
        Assert.That(
            plays.Select(play => Number(play!["contribution"])),
            Is.EqualTo(contributions.Select(one => Number(one![1]))).Within(1e-4));
        var explained = plays.Sum(play => Number(play!["contribution"])) + Number(ours["other_contributions"]);
        Assert.That(explained, Is.EqualTo(Number(theirs["total"])).Within(1e-4));
        Assert.That(explained + Number(ours["rest"]), Is.EqualTo(Number(ours["score"])).Within(1e-6));
    }

    [Test]
    public async Task Recommend_PlaysOfANewUser_GivesTheListOfImplicit() => await AssertFoldInAsync(_model);

    [Test]
    public async Task Recommend_PlaysOfANewUserWithAModelImportedWithoutPlays_GivesTheListOfImplicit()
    {
        await ImportAsync(_folder.At("bare"));

        await AssertFoldInAsync(_folder.At("bare"));
    }

    private Task<ToolRun> ImportAsync(string model, params string[] options) => Tool.SucceedAsync(
    [
        "import", ExchangeCommandTests.Case("others", "implicit-0.7.3-als.npz"), "--format", "implicit",
        ExchangeCommandTests.IdFile(_folder, "users"), ExchangeCommandTests.IdFile(_folder, "items"),
        "--weight-column", "plays", "--output", model, .. options,
    ]);

    private async Task AssertFoldInAsync(string model)
    {
        var (theirs, plays, lists) = (Json("implicit-fold-in.json"), _folder.At("new.csv"), _folder.At("new.jsonl"));
        File.WriteAllLines(
            plays, ["user,item,plays", .. theirs["plays"]!.AsObject().Select(play => $"new,{play.Key},{play.Value}")]);

        await Tool.SucceedAsync(
            "recommend", model, "--plays", plays, "--top", "10", "--output", lists, "--overwrite", "--device", "cpu");

        var list = JsonNode.Parse(File.ReadLines(lists).Single())!;
        Assert.That(Text(list["user"]), Is.EqualTo("new"));
        AssertList(list["items"]!.AsArray(), "item", Texts(theirs["items"]), Numbers(theirs["scores"]), 1e-4);
    }

    private static void AssertList(JsonArray ours, string id, string[] items, double[] scores, double tolerance)
    {
        Assert.That(ours.Select(one => Text(one![id])), Is.EqualTo(items));
        Assert.That(ours.Select(one => Number(one!["score"])), Is.EqualTo(scores).Within(tolerance));
    }

    private static JsonNode Json(string file) =>
        JsonNode.Parse(File.ReadAllText(ExchangeCommandTests.Case("others", file)))!;

    private static JsonNode[] Lines(string file) =>
        [.. File.ReadLines(ExchangeCommandTests.Case("others", file)).Select(line => JsonNode.Parse(line)!)];

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static double Number(JsonNode? node) => node!.GetValue<double>();

    private static string[] Texts(JsonNode? array) => [.. array!.AsArray().Select(Text)];

    private static double[] Numbers(JsonNode? array) => [.. array!.AsArray().Select(Number)];
}
