using System.Net;
using System.Text.Json.Nodes;
using GpuAls.App;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Serve;

/// <summary><c>/similar</c> and <c>/explain</c> give what the tool gives, and all answers keep to the rules.</summary>
public sealed class ModelEndpointTests : ServeFixture
{
    [TestCase("item", "cosine")]
    [TestCase("item", "inner-product")]
    [TestCase("user", "cosine")]
    [TestCase("user", "inner-product")]
    public async Task Similar_IsWhatTheToolFinds(string side, string measure)
    {
        var lists = await ListsAsync(
            "similar", ModelFolder, "--all", "--for", $"{side}s", "--measure", measure, "--top", "4");

        foreach (var (id, neighbours) in lists)
        {
            var got = await Service.GetAsync($"/similar?{side}={Uri.EscapeDataString(id)}&measure={measure}&k=4");

            Assert.That(got.Status, Is.EqualTo(HttpStatusCode.OK), got.Body);
            Assert.That(
                got.Json[$"{side}s"]!.AsArray().Select(entry => ((string)entry![side]!, (float)entry["score"]!)),
                Is.EqualTo(neighbours));
            Assert.That((string?)got.Json[side], Is.EqualTo(id));
        }
    }

    [Test]
    public async Task Explain_IsWhatTheToolExplains()
    {
        var (user, item) = (Model.Users.Format(3), Model.Items.Format(7));
        var run = await Tool.SucceedAsync(
            "explain", ModelFolder, "--user", user, "--item", item, "--top", "3", "--format", "json", "--device",
            "cpu");

        var got = await Service.GetAsync(
            $"/explain?user={Uri.EscapeDataString(user)}&item={Uri.EscapeDataString(item)}&k=3");

        Assert.That(JsonNode.DeepEquals(got.Json, JsonNode.Parse(run.Out)), $"{got.Body}\n{run.Out}");
    }

    [TestCase("/similar", 400, "item and user are missing")]
    [TestCase("/similar?item=a&user=b", 400, "there are an item and a user")]
    [TestCase("/similar?item=unheard", 404, "the model has no item 'unheard'")]
    [TestCase("/similar?user=nobody", 404, "the model has no user 'nobody'")]
    [TestCase("/similar?item=unheard&measure=euclid", 400, "measure is 'euclid'")]
    [TestCase("/similar?item=unheard&k=0", 400, "k is 0")]
    [TestCase("/similar?itme=unheard", 400, "the query has the parameter 'itme'")]
    [TestCase("/explain", 400, "user is missing")]
    [TestCase("/explain?user=nobody", 400, "item is missing")]
    [TestCase("/explain?user=nobody&item=unheard", 404, "the model has no user 'nobody'")]
    public async Task BadQuestions_AreRefused(string path, int status, string found) =>
        (await Service.GetAsync(path)).AssertProblem((HttpStatusCode)status, found);

    [Test]
    public async Task Explain_OfNonnegativeFactors_IsRefused()
    {
        await using var service = await Service.StartAsync(await TrainAsync("nonnegative", "--nonnegative"));

        var answer = await service.GetAsync(
            $"/explain?user={Uri.EscapeDataString(Model.Users.Format(0))}"
            + $"&item={Uri.EscapeDataString(Model.Items.Format(0))}");

        answer.AssertProblem(HttpStatusCode.UnprocessableEntity, "--nonnegative");
    }

    [Test]
    public async Task RulesAndNames_AreThoseOfTheTool()
    {
        var items = Enumerable.Range(0, Model.Items.Count).Select(Model.Items.Format).ToArray();
        File.WriteAllLines(
            Folder.At("songs.csv"),
            items.Take(30).Select((item, i) => $"{item},artist {i % 4},\"{i}, <b>\"").Prepend("item,artist,title"));
        File.WriteAllLines(Folder.At("gone.txt"), items.Take(5));
        File.WriteAllLines(
            Folder.At("pairs.csv"),
            items.Skip(5).Take(4).Select(item => $"{Model.Users.Format(0)},{item}").Prepend("user,item"));
        string[] rules =
        [
            "--only-items", Folder.At("songs.csv"), "--exclude-items", Folder.At("gone.txt"), "--exclude",
            Folder.At("pairs.csv"), "--min-score", "0.05", "--item-groups", Folder.At("songs.csv"), "--group-column",
            "artist", "--max-per-group", "2", "--diversify", "0.2",
        ];
        var lists = await ListsAsync(["recommend", ModelFolder, "--top", "6", .. rules]);
        await using var service = await Service.StartAsync(ModelFolder, options => options with
        {
            NamesFile = Folder.At("songs.csv"),
            NameColumn = "title",
            Rules = options.Rules with
            {
                OnlyItems = Folder.At("songs.csv"),
                ExcludedItems = Folder.At("gone.txt"),
                ExcludedPairs = Folder.At("pairs.csv"),
                MinScore = 0.05,
                Groups = Folder.At("songs.csv"),
                GroupColumn = "artist",
                MaxPerGroup = 2,
                Diversity = 0.2,
            },
        });

        foreach (var (user, list) in lists)
        {
            var got = await service.GetAsync($"/recommend?user={Uri.EscapeDataString(user)}&k=6");

            Assert.That(got.Items, Is.EqualTo(list));
            var first = got.Json["items"]![0]!;
            Assert.That((string?)first["name"], Is.EqualTo($"{Array.IndexOf(items, (string?)first["item"])}, <b>"));
        }

        var similar = await service.GetAsync($"/similar?item={Uri.EscapeDataString(items[10])}&k=50");
        Assert.That(
            similar.Items.Select(entry => entry.Item), Is.EquivalentTo(items[5..30].Except([items[10]])));
        Assert.That((string?)similar.Json["name"], Is.EqualTo("10, <b>"));
    }
}
