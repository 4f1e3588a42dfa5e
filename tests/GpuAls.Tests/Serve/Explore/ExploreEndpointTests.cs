using System.Net;
using System.Text.Json.Nodes;

namespace GpuAls.Tests.Serve.Explore;

/// <summary>What the page of <c>gpuals explore</c> asks the server for.</summary>
public sealed class ExploreEndpointTests : ServeFixture
{
    private Service _explorer = null!;
    private string _namesFile = null!;

    [OneTimeSetUp]
    public async Task Explore()
    {
        var folder = await TrainAsync("explored", "--loss");
        _namesFile = Folder.At("names.csv");
        File.WriteAllLines(
            _namesFile,
            [
                "item,name", .. Enumerable.Range(1, Model.Items.Count - 1)
                    .Select(item => $"{Model.Items.Format(item)},{NameOf(item)}"),
            ]);
        _explorer =
            await Service.StartAsync(folder, options => options with { NamesFile = _namesFile }, explores: true);
    }

    [OneTimeTearDown]
    public async Task StopExploring() => await _explorer.DisposeAsync();

    [Test]
    public async Task Model_HasItsNumbersCurveAndFacts()
    {
        var about = (await _explorer.GetAsync("/explore/model")).Json;

        Assert.That((int)about["users"]!, Is.EqualTo(Model.Users.Count));
        Assert.That((int)about["items"]!, Is.EqualTo(Model.Items.Count));
        Assert.That((long)about["plays"]!, Is.EqualTo(Model.Plays.EntryCount));
        Assert.That((int)about["rank"]!, Is.EqualTo(8));
        Assert.That((string)about["feedback"]!, Is.EqualTo("implicit"));
        Assert.That((bool)about["can_explain"]!, Is.True);
        Assert.That(about["iterations"]!.AsArray(), Has.Count.EqualTo(3));
        Assert.That((double)about["iterations"]![2]!["loss"]!, Is.Positive);
        Assert.That(
            about["facts"]!.AsArray().Select(fact => (string)fact!["name"]!),
            Is.SupersetOf(new[] { "Input", "Data", "Options", "Device" }));
    }

    [Test]
    public async Task Search_PartOfAnId_FindsTheClosestFirst()
    {
        var id = Model.Users.Format(7);

        var users = (await Search(id)).Users;

        Assert.That(users[0], Is.EqualTo(id));
        Assert.That((await Search(id.ToUpperInvariant())).Users[0], Is.EqualTo(id));
        Assert.That((await Search("no such thing")), Is.EqualTo((Array.Empty<string>(), Array.Empty<string>())));
    }

    /// <summary>Those that are equally close: the most played first. A name that is the text is the closest.</summary>
    [Test]
    public async Task Search_Names_AreOrderedByClosenessAndPlays()
    {
        string[] expected =
        [
            .. Enumerable.Range(1, Model.Items.Count - 1).Where(item => item != 5 && $"Name {item}".Contains("me 1"))
                .OrderByDescending(item => Model.ItemLikes[item]).ThenBy(item => item)
                .Select(Model.Items.Format).Take(12),
        ];

        Assert.That((await Search("me 1")).Items, Is.EqualTo(expected));
        Assert.That((await Search("name 12")).Items[0], Is.EqualTo(Model.Items.Format(12)));
        Assert.That((await Search("FIFTH")).Items, Is.EqualTo(new[] { Model.Items.Format(5) }));
    }

    [Test]
    public async Task History_HasAllPlaysMostFirst()
    {
        const int User = 3;
        var id = Uri.EscapeDataString(Model.Users.Format(User));

        var history = (await _explorer.GetAsync($"/explore/history?user={id}")).Json;

        var expected = Model.Plays.RowIndices(User).ToArray().Zip(Model.Plays.RowValues(User).ToArray())
            .OrderByDescending(play => play.Second).ThenBy(play => play.First);
        Assert.That((int)history["count"]!, Is.EqualTo(Model.Plays.RowLength(User)));
        Assert.That(
            history["played"]!.AsArray().Select(play =>
                ((string)play!["item"]!["item"]!, (string?)play["item"]!["name"], (float)play["weight"]!)),
            Is.EqualTo(expected.Select(play => (Model.Items.Format(play.First), NameOf(play.First), play.Second))));
    }

    [Test]
    public async Task Item_HasItsNameAndPlays()
    {
        foreach (var item in (int[])[0, 5, 9])
        {
            var id = Uri.EscapeDataString(Model.Items.Format(item));

            var found = (await _explorer.GetAsync($"/explore/item?item={id}")).Json;

            Assert.That((string?)found["name"], Is.EqualTo(NameOf(item)));
            Assert.That((int)found["plays"]!, Is.EqualTo(Model.ItemLikes[item]));
        }
    }

    [Test]
    public async Task Map_HasTheItemsMostPlayedFirstWithinTheSquare()
    {
        var map = (await _explorer.GetAsync("/explore/map")).Json;

        var points = map["points"]!.AsArray();
        Assert.That((double)map["kept"]!, Is.InRange(0.1, 1));
        Assert.That(points, Has.Count.EqualTo(Model.ItemLikes.Count(likes => likes > 0)));
        Assert.That(points.Select(point => (int)point!["item"]!["plays"]!), Is.Ordered.Descending);
        Assert.That(
            points.SelectMany(point => new[] { (double)point!["x"]!, (double)point["y"]! }), Is.All.InRange(-1, 1));
    }

    /// <summary>Nobody has played an item that is known by its features alone.</summary>
    [Test]
    public async Task Item_WithoutPlays_HasNone()
    {
        var features = Folder.At("features.csv");
        File.WriteAllLines(
            features,
            [
                "item,number", "new,1",
                .. Enumerable.Range(0, Model.Items.Count).Select(item => $"{Model.Items.Format(item)},{item}"),
            ]);
        await using var explorer = await Service.StartAsync(
            await TrainAsync("with-features", "--item-features", features), explores: true);

        var found = (await explorer.GetAsync("/explore/item?item=new")).Json;

        Assert.That((int)found["plays"]!, Is.Zero);
    }

    [Test]
    public async Task Item_OfAModelWithoutPlays_SaysNothingOfThem()
    {
        await Cli.Tool.SucceedAsync(
            "export", ModelFolder, "--format", "safetensors", "--output", Folder.At("m.safetensors"));
        await Cli.Tool.SucceedAsync(
            "import", Folder.At("m.safetensors"), "--format", "safetensors", "--output", Folder.At("imported"));
        await using var explorer = await Service.StartAsync(Folder.At("imported"), explores: true);

        var points = (await explorer.GetAsync("/explore/map")).Json["points"]!.AsArray();

        Assert.That(points, Has.Count.EqualTo(Model.Items.Count));
        Assert.That(points.Select(point => point!["item"]!["plays"]), Is.All.Null);
    }

    [TestCase("/explore/search", 400, "q is missing")]
    [TestCase("/explore/search?q=", 400, "q is empty")]
    [TestCase("/explore/search?q=a&limit=5", 400, "the query has the parameter 'limit'")]
    [TestCase("/explore/history?user=nobody", 404, "the model has no user 'nobody'")]
    [TestCase("/explore/history?user=%3Cscript%3E", 404, "the model has no user '<script>'")]
    [TestCase("/explore/item?item=../secret", 404, "the model has no item '../secret'")]
    [TestCase("/explore/item", 400, "item is missing")]
    [TestCase("/explore.map", 404, "there is nothing at '/explore.map'")]
    [TestCase("/explore.js/../../etc/passwd", 404, "there is nothing at '/etc/passwd'")]
    public async Task Get_Bad_IsRefused(string path, int status, string found) =>
        (await _explorer.GetAsync(path)).AssertProblem((HttpStatusCode)status, found);

    [TestCase("/", "text/html")]
    [TestCase("/explore.js", "text/javascript")]
    [TestCase("/explore.css", "text/css")]
    [TestCase("/icon.svg", "image/svg+xml")]
    public async Task Page_LoadsNothingFromElsewhere(string path, string type)
    {
        var file = await _explorer.GetAsync(path);

        Assert.That(file.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(file.Type, Is.EqualTo(type));
        Assert.That(
            file.Headers.GetValues("Content-Security-Policy").Single(),
            Does.StartWith("default-src 'none'; script-src 'self'; ").And.Contain("frame-ancestors 'none'"));
        Assert.That(file.Body.Replace("http://www.w3.org/", ""), Does.Not.Contain("http"));
    }

    [Test]
    public async Task Page_ForAnotherHost_IsRefused()
    {
        var other = await _explorer.SendAsync(HttpMethod.Get, "/", null, null, ("Host", "evil.example"));
        var model = await _explorer.SendAsync(
            HttpMethod.Get, "/explore/model", null, null, ("Origin", "http://evil.example"));

        other.AssertProblem(HttpStatusCode.MisdirectedRequest, "the request is for the host 'evil.example'");
        model.AssertProblem(HttpStatusCode.Forbidden, "the request is from a page of 'http://evil.example'");
    }

    private static string? NameOf(int item) => item switch { 0 => null, 5 => "The <b>Fifth</b>", _ => $"Name {item}" };

    private async Task<(string[] Users, string[] Items)> Search(string text)
    {
        var found = (await _explorer.GetAsync($"/explore/search?q={Uri.EscapeDataString(text)}")).Json;
        return (Ids(found["users"]!, "user"), Ids(found["items"]!, "item"));

        static string[] Ids(JsonNode found, string side) => [.. found.AsArray().Select(one => (string)one![side]!)];
    }
}
