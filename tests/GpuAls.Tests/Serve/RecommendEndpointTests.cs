using System.Net;
using System.Text.Json;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Serve;

/// <summary><c>/recommend</c> gives the lists of <c>gpuals recommend</c>.</summary>
public sealed class RecommendEndpointTests : ServeFixture
{
    [TestCase("10")]
    [TestCase("1")]
    [TestCase("50")]
    public async Task Lists_OfAllUsers_AreThoseOfTheTool(string k)
    {
        var lists = await ListsAsync("recommend", ModelFolder, "--top", k);

        foreach (var (user, items) in lists)
        {
            var got = await Service.GetAsync($"/recommend?user={Uri.EscapeDataString(user)}&k={k}");
            var posted = await Service.PostAsync(
                "/recommend", $$"""{ "user": {{JsonSerializer.Serialize(user)}}, "k": {{k}} }""");

            Assert.That(got.Status, Is.EqualTo(HttpStatusCode.OK), got.Body);
            Assert.That(got.Items, Is.EqualTo(items));
            Assert.That(posted.Body, Is.EqualTo(got.Body));
            Assert.That((string?)got.Json["user"], Is.EqualTo(user));
            Assert.That((string?)got.Json["model"], Is.EqualTo("model"));
        }
    }

    [Test]
    public async Task Lists_AtTheSameTime_AreTheSame()
    {
        var alone = new Dictionary<string, string>();
        foreach (var user in Users) alone[user] = (await Service.GetAsync($"/recommend?user={user}&k=7")).Body;

        var together = await Task.WhenAll(
            Enumerable.Range(0, 10).SelectMany(_ => Users)
                .Select(async user => (user, (await Service.GetAsync($"/recommend?user={user}&k=7")).Body)));

        foreach (var (user, body) in together) Assert.That(body, Is.EqualTo(alone[user]));
    }

    [Test]
    public async Task IncludePlayed_ListsWhatTheToolLists()
    {
        var lists = await ListsAsync("recommend", ModelFolder, "--top", "5", "--include-played");

        foreach (var (user, items) in lists)
            Assert.That(
                (await Service.GetAsync($"/recommend?user={Uri.EscapeDataString(user)}&k=5&include_played=true")).Items,
                Is.EqualTo(items));
    }

    [Test]
    public async Task Exclude_LeavesOutItems_AndTheListIsAsLong()
    {
        var whole = (await Service.GetAsync($"/recommend?user={Users[0]}&k=6")).Items;

        var got = await Service.GetAsync(
            $"/recommend?user={Users[0]}&k=4&exclude={Uri.EscapeDataString(whole[0].Item)}"
            + $"&exclude={Uri.EscapeDataString(whole[2].Item)}&exclude=unheard");

        Assert.That(got.Items, Is.EqualTo(new[] { whole[1], whole[3], whole[4], whole[5] }));
    }

    [Test]
    public async Task Health_IsReady()
    {
        var health = await Service.GetAsync("/health");

        Assert.That(health.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(health.Body, Is.EqualTo("""{"status":"ready","model":"model"}"""));
        Assert.That((await Service.GetAsync("/health/live")).Body, Is.EqualTo("live\n"));
    }

    private string[] Users => [.. Enumerable.Range(0, Model.Users.Count).Select(user =>
        Uri.EscapeDataString(Model.Users.Format(user)))];
}
