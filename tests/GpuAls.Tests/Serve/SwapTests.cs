using System.Diagnostics;
using System.Net;
using GpuAls.App;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Serve;

/// <summary>New versions of the model are served without a request that fails; bad ones are not.</summary>
public sealed class SwapTests : ServeFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private string Versions => Folder.At("versions");

    private string Latest => Path.Combine(Versions, "latest");

    [OneTimeSetUp]
    public async Task TrainVersions()
    {
        Directory.CreateDirectory(Versions);
        await TrainAsync("versions/v1", "--seed", "1");
        await TrainAsync("versions/v2", "--seed", "2", "--rank", "9");
    }

    [Test]
    public async Task Swaps_UnderLoad_FailNoRequest()
    {
        Point("v1");
        await using var service = await StartAsync();
        var lists = new Dictionary<string, Dictionary<string, (string, float)[]>>();
        foreach (var version in new[] { "v1", "v2" })
            lists[version] = await ListsAsync("recommend", Path.Combine(Versions, version), "--top", "5");
        string[] users = [.. lists["v1"].Keys];
        var answered = new Dictionary<string, int> { ["v1"] = 0, ["v2"] = 0 };
        using var stop = new CancellationTokenSource();

        var clients = Enumerable.Range(0, 4).Select(client => Task.Run(async () =>
        {
            for (var i = client; !stop.IsCancellationRequested; i++)
            {
                var user = users[i % users.Length];
                var answer = await service.GetAsync($"/recommend?user={Uri.EscapeDataString(user)}&k=5");
                Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.Body);
                var version = (string)answer.Json["model"]!;
                Assert.That(answer.Items, Is.EqualTo(lists[version][user]), "the list is of the model that it names");
                lock (answered) answered[version]++;
            }
        })).ToArray();
        for (var swap = 1; swap <= 10; swap++)
        {
            Point(swap % 2 == 0 ? "v1" : "v2");
            await UntilAsync(() => service.Metrics.Swaps == swap);
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);

        Assert.That(answered.Values, Is.All.GreaterThan(0));
        var served = service.Events.OfType<ModelServed>().Select(value => Path.GetFileName(value.Model));
        Assert.That(served.Take(3), Is.EqualTo(new[] { "v1", "v2", "v1" }));
        Assert.That(service.Events.OfType<ModelRefused>(), Is.Empty);
    }

    [TestCase("not a version\0", "does not name a version")]
    [TestCase("v9", "there is no model in ")]
    [TestCase("damaged", "was changed or damaged: the checksum differs")]
    [TestCase("partial", "_SUCCESS is missing")]
    public async Task BadVersion_IsRefused_AndTheOldOneStays(string version, string reason)
    {
        Copy("v2", "damaged");
        var factors = Path.Combine(Versions, "damaged", ModelFiles.ItemFactors);
        var bytes = File.ReadAllBytes(factors);
        bytes[^1] ^= 1;
        File.WriteAllBytes(factors, bytes);
        Copy("v2", "partial");
        File.Delete(Path.Combine(Versions, "partial", "_SUCCESS"));
        Point("v1");
        await using var service = await StartAsync();

        Point(version);
        await UntilAsync(() => service.Events.OfType<ModelRefused>().Any());
        var still = await service.GetAsync("/health");
        Point("v2");
        await UntilAsync(() => service.Metrics.Swaps == 1);

        var refused = service.Events.OfType<ModelRefused>().Single();
        Assert.That(refused.Reason, Does.Contain(reason));
        Assert.That(Path.GetFileName(refused.Kept), Is.EqualTo("v1"));
        Assert.That(still.Body, Is.EqualTo("""{"status":"ready","model":"v1"}"""));
        Assert.That((await service.GetAsync("/health")).Body, Does.Contain("v2"));
    }

    [Test]
    public async Task Folder_ThatIsReplaced_IsServedAnew()
    {
        var folder = await TrainAsync("replaced");
        await using var service = await StartAsync(folder);

        await TrainAsync("replaced", "--seed", "5", "--overwrite");
        await UntilAsync(() => service.Metrics.Swaps == 1);

        var (user, list) = (await ListsAsync("recommend", folder, "--top", "5")).First();
        var answer = await service.GetAsync($"/recommend?user={Uri.EscapeDataString(user)}&k=5");
        Assert.That(answer.Items, Is.EqualTo(list));
    }

    /// <summary>What the old model had made on first use, the new one has made when it takes its place.</summary>
    [Test]
    public async Task Swap_WhileAllIsUsed_AnswersAllFromTheNewModel()
    {
        Point("v1");
        await using var service = await StartAsync();
        var (user, item) = (Uri.EscapeDataString(Model.Users.Format(0)), Model.Items.Format(0));
        Func<Task<Answer>>[] all =
        [
            () => service.PostAsync("/recommend", $$"""{ "plays": [{ "item": "{{item}}" }] }"""),
            () => service.GetAsync($"/similar?item={Uri.EscapeDataString(item)}"),
            () => service.GetAsync($"/similar?user={user}&measure=inner-product"),
        ];
        foreach (var ask in all) Assert.That((string?)(await ask()).Json["model"], Is.EqualTo("v1"));

        Point("v2");
        await UntilAsync(() => service.Metrics.Swaps == 1);

        foreach (var ask in all) Assert.That((string?)(await ask()).Json["model"], Is.EqualTo("v2"));
    }

    [Test]
    public async Task PollNever_StaysWithTheModel()
    {
        Point("v1");
        await using var service = await Service.StartAsync(Latest, options => options with { Poll = null });

        Point("v2");
        await Task.Delay(200);

        Assert.That((await service.GetAsync("/health")).Body, Does.Contain("v1"));
    }

    private Task<Service> StartAsync(string? model = null) => Service.StartAsync(
        model ?? Latest, options => options with { Poll = TimeSpan.FromMilliseconds(20) });

    private void Point(string version)
    {
        File.WriteAllText(Latest + ".new", version + "\n");
        File.Move(Latest + ".new", Latest, overwrite: true);
    }

    private void Copy(string from, string to)
    {
        var target = Directory.CreateDirectory(Path.Combine(Versions, to)).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(Versions, from)))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); await Task.Delay(5))
            Assert.That(clock.Elapsed, Is.LessThan(Patience), "it takes too long");
    }
}
