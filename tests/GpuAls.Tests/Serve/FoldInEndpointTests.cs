using System.Net;
using System.Text.Json;
using GpuAls.App;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Serve;

/// <summary>Lists from the plays in a request are those of <c>gpuals recommend --plays</c>.</summary>
public sealed class FoldInEndpointTests : ServeFixture
{
    /// <summary>An item twice, one that cancels out, a dislike, and an item that the model does not have.</summary>
    private static readonly (int Item, double Weight)[] Plays =
        [(3, 2), (17, 0.5), (3, 1), (5, 4), (5, -4), (9, -1), (40, 7), (-1, 3), (-1, 1), (12, 0)];

    private const string Flag = "--include-played";

    [TestCase()]
    [TestCase("--preset", "ials")]
    [TestCase("--max-weight", "2")]
    [TestCase("--nonnegative")]
    [TestCase("--feedback", "explicit")]
    public async Task Lists_AreThoseOfTheTool(params string[] options)
    {
        var folder = await TrainAsync($"plays{string.Concat(options)}", options);
        var model = await ModelReader.ReadAsync(folder);
        await using var service = await Service.StartAsync(folder);
        File.WriteAllLines(
            Folder.At("new.csv"),
            Plays.Select(play => $"zoe,{Id(model, play.Item)},{play.Weight}").Prepend("user,item,plays"));

        foreach (var flag in new[] { false, true })
        {
            var lists = await ListsAsync(
                ["recommend", folder, "--plays", Folder.At("new.csv"), .. flag ? [Flag] : Array.Empty<string>()]);
            var got = await service.PostAsync("/recommend", Body(model, flag));

            Assert.That(got.Status, Is.EqualTo(HttpStatusCode.OK), got.Body);
            Assert.That(got.Items, Is.EqualTo(lists["zoe"]));
            Assert.That((int)got.Json["unknown_items"]!, Is.EqualTo(1));
            Assert.That(got.Json["user"], Is.Null);
        }
    }

    [Test]
    public async Task Lists_AtTheSameTime_AreTheSame()
    {
        var bodies = Enumerable.Range(0, Model.Items.Count).Select(item =>
            $$"""{ "plays": [{ "item": "{{Model.Items.Format(item)}}" }], "k": 5 }""").ToArray();
        var alone = new List<string>();
        foreach (var body in bodies) alone.Add((await Service.PostAsync("/recommend", body)).Body);

        var together = await Task.WhenAll(
            Enumerable.Range(0, 8).SelectMany(_ => bodies).Select(body => Service.PostAsync("/recommend", body)));

        Assert.That(alone, Is.All.Contain("\"items\":[{"));
        Assert.That(together.Select(answer => answer.Body), Is.EqualTo(Enumerable.Repeat(alone, 8).SelectMany(x => x)));
    }

    /// <summary>Plays lose weight with their age, counted from the newest, or from --as-of of the training.</summary>
    [Test]
    public async Task TimesAndEvents_AreWeighedAsInTheTraining()
    {
        var rows = File.ReadLines(PlaysFile).Skip(1).Select((line, row) =>
            $"{line},{new DateTime(2026, 1, 1).AddHours(row):yyyy-MM-dd HH:mm:ss},{(row % 3 == 0 ? "like" : "play")}");
        File.WriteAllLines(Folder.At("events.csv"), rows.Prepend("user,item,plays,time,kind"));
        await Tool.SucceedAsync(
            "train", Folder.At("events.csv"), "--weight-column", "plays", "--time-column", "time", "--half-life", "5d",
            "--event-column", "kind", "--event-weights", "play=1,like=3", "--output", Folder.At("aged"), "--device",
            "cpu", "--rank", "8", "--iterations", "3");
        var model = await ModelReader.ReadAsync(Folder.At("aged"));
        await using var service = await Service.StartAsync(Folder.At("aged"));
        (string Item, string Time, string Kind)[] plays =
        [
            (Id(model, 4), "2026-03-01", "play"), (Id(model, 4), "2026-03-02T10:00Z", "like"),
            (Id(model, 30), "2026-02-20", "like"), ("unheard", "2026-03-20", "play"),
        ];
        File.WriteAllLines(
            Folder.At("new.csv"),
            plays.Select(play => $"zoe,{play.Item},2,{play.Time},{play.Kind}").Prepend("user,item,plays,time,kind"));
        var lists = await ListsAsync("recommend", Folder.At("aged"), "--plays", Folder.At("new.csv"));

        var got = await service.PostAsync("/recommend", JsonSerializer.Serialize(new
        {
            plays = plays.Select(play => new { item = play.Item, weight = 2, time = play.Time, @event = play.Kind }),
        }));
        var noTime = await service.PostAsync("/recommend", """{ "plays": [{ "item": "a", "event": "like" }] }""");
        var noEvent = await service.PostAsync("/recommend", """{ "plays": [{ "item": "a", "time": "2026-01-01" }] }""");
        var otherTime = await service.PostAsync(
            "/recommend", """{ "plays": [{ "item": "a", "event": "like", "time": "yesterday" }] }""");
        var otherKind = await service.PostAsync(
            "/recommend",
            """
            { "plays": [{ "item": "a", "event": "like", "time": 1767225600 },
                        { "item": "a", "event": "like", "time": "2026-01-01" }] }
            """);
        var otherEvent = await service.PostAsync(
            "/recommend", """{ "plays": [{ "item": "a", "event": "<skip>", "time": 1767225600 }] }""");

        Assert.That(got.Items, Is.EqualTo(lists["zoe"]), got.Body);
        noTime.AssertProblem(HttpStatusCode.BadRequest, "plays[0] has no time");
        noEvent.AssertProblem(HttpStatusCode.BadRequest, "plays[0] has no event");
        otherTime.AssertProblem(HttpStatusCode.BadRequest, "plays[0] has the time 'yesterday'");
        otherKind.AssertProblem(HttpStatusCode.BadRequest, "plays[1] has the time '2026-01-01'");
        otherEvent.AssertProblem(HttpStatusCode.BadRequest, "plays[0] has the event '<skip>'");
    }

    [TestCase("[]", 400, "plays is empty")]
    [TestCase("[{}]", 400, "plays[0] has no item")]
    [TestCase("[null]", 400, "")]
    [TestCase("""[{ "item": "" }]""", 400, "plays[0] has no item")]
    [TestCase("""[{ "item": "a" }, { "weight": 1 }]""", 400, "plays[1] has no item")]
    [TestCase("""[{ "item": "a", "weight": NaN }]""", 400, "the body is not what is expected at $.plays[0].weight")]
    [TestCase("""[{ "item": "a", "weight": "NaN" }]""", 400, "the body is not what is expected at $.plays[0].weight")]
    [TestCase("""[{ "item": "a", "weight": 1e999 }]""", 400, "plays[0] has a weight of ")]
    [TestCase("""[{ "item": "a", "weight": 1e39 }]""", 400, "plays[0] has a weight of 1E+39")]
    [TestCase("""[{ "item": "a", "wieght": 1 }]""", 400, "'wieght'")]
    [TestCase("""[{ "item": "a", "event": "like" }]""", 400, "plays[0] has an event")]
    [TestCase("""[{ "item": "../a" }]""", 404, "the model has none of the items in the plays: '../a'")]
    [TestCase("""[{ "item": "<script>" }, { "item": 7 }]""", 404, "'<script>' and others")]
    public async Task BadPlays_AreRefused(string plays, int status, string found)
    {
        var answer = await Service.PostAsync("/recommend", $$"""{ "plays": {{plays}} }""");

        answer.AssertProblem((HttpStatusCode)status, found);
        Assert.That(answer.Body, Does.Not.Contain("<"));
    }

    [Test]
    public async Task UserAndPlays_AreRefused() =>
        (await Service.PostAsync("/recommend", """{ "user": "a", "plays": [{ "item": "a" }] }"""))
            .AssertProblem(HttpStatusCode.BadRequest, "the body has user and plays");

    [Test]
    public async Task OnlyDislikes_GiveAnEmptyList()
    {
        var answer = await Service.PostAsync(
            "/recommend", $$"""{ "plays": [{ "item": "{{Id(Model, 0)}}", "weight": -1 }] }""");

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.Body);
        Assert.That(answer.Items, Is.Empty);
    }

    [Test]
    public async Task TooManyPlays_AreRefused()
    {
        await using var service = await Service.StartAsync(ModelFolder, options => options with { MaxPlays = 3 });
        var play = $$"""{ "item": "{{Id(Model, 0)}}" }""";

        var few = await service.PostAsync("/recommend", $$"""{ "plays": [{{play}}, {{play}}, {{play}}] }""");
        var many = await service.PostAsync("/recommend", $$"""{ "plays": [{{play}}, {{play}}, {{play}}, {{play}}] }""");
        var excluded = await service.PostAsync("/recommend", """{ "user": "a", "exclude": [1, 2, 3, 4] }""");

        Assert.That(few.Status, Is.EqualTo(HttpStatusCode.OK), few.Body);
        many.AssertProblem(HttpStatusCode.BadRequest, "plays has 4 elements");
        excluded.AssertProblem(HttpStatusCode.BadRequest, "exclude has 4 elements");
    }

    [TestCase("skip")]
    [TestCase("popular")]
    public async Task UnknownUsers_AreAnsweredAsTheOptionSays(string word)
    {
        Assert.That(Words.TryParse<OnUnknownUser>(word, out var option));
        await using var service = await Service.StartAsync(
            ModelFolder, options => options with { OnUnknownUser = option });
        var likes = Model.ItemLikes;
        int[] popular = [.. Enumerable.Range(0, likes.Length).OrderByDescending(item => likes[item]).ThenBy(i => i)];

        var user = await service.GetAsync($"/recommend?user=nobody&k=3&exclude={Id(Model, popular[1])}");
        var plays = await service.PostAsync("/recommend", """{ "plays": [{ "item": "unheard" }], "k": 2 }""");

        if (word == "skip")
        {
            Assert.That(user.Body, Is.EqualTo("""{"user":"nobody","model":"model","items":[]}"""));
            Assert.That(plays.Body, Is.EqualTo("""{"model":"model","items":[],"unknown_items":1}"""));
            return;
        }

        Assert.That((string?)user.Json["fallback"], Is.EqualTo("popular"));
        Assert.That(
            user.Items,
            Is.EqualTo(new[] { popular[0], popular[2], popular[3] }.Select(i => (Id(Model, i), (float)likes[i]))));
        Assert.That(plays.Items, Is.EqualTo(popular[..2].Select(i => (Id(Model, i), (float)likes[i]))));
    }

    private static string Body(FactorModel model, bool includePlayed) => JsonSerializer.Serialize(new
    {
        plays = Plays.Select(play => new { item = Id(model, play.Item), weight = play.Weight }),
        include_played = includePlayed,
    });

    private static string Id(FactorModel model, int item) => item < 0 ? "unheard" : model.Items.Format(item);
}
