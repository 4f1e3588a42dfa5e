using System.Globalization;
using System.Text.Json;
using PuppeteerSharp;

namespace GpuAls.Tests.Serve.Explore;

/// <summary>The page of <c>gpuals explore</c> in a browser: by keyboard and pointer, in all sizes and colors.</summary>
public sealed class ExplorePageTests : ServeFixture
{
    private IBrowser _browser = null!;
    private Service _explorer = null!;

    private static readonly string[] Hostile =
    [
        "<script>window.hacked=1</script>", "\"><img src=x onerror=window.hacked=1>", "../../etc/passwd", "%2F",
        "a/b#c?d&e", "🎵 ÿ",
    ];

    private static readonly string[] Views =
        ["#/", "#/user", "#/item", "#/try", "#/map", "#/training", "#/user/nobody"];

    [OneTimeSetUp]
    public async Task Open()
    {
        _browser = await Browser.StartAsync();
        _explorer = await Service.StartAsync(await TrainAsync("explored", "--loss"), explores: true);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        if (_explorer is not null) await _explorer.DisposeAsync();
        if (_browser is not null) await _browser.DisposeAsync();
    }

    [Test]
    public async Task Search_ByKeyboard_ShowsTheHistoryAndListOfAUser()
    {
        await using var page = await OpenAsync("#/");
        var user = Model.Users.Format(4);

        await page.PressAsync("/");
        await page.Page.Keyboard.TypeAsync(user);
        await page.WaitAsync("document.querySelector('[role=option]')");
        Assert.That(
            await page.Page.EvaluateExpressionAsync<string>(
                "document.getElementById(document.querySelector('[role=combobox]')"
                + ".getAttribute('aria-activedescendant')).textContent"),
            Does.StartWith(user));
        await page.PressAsync("Enter");
        await page.WaitAsync("document.querySelector('main ol')");

        Assert.That(await page.TextAsync("h1"), Is.EqualTo(user));
        Assert.That(await page.Page.GetTitleAsync(), Is.EqualTo($"{user} – gpuals explore"));
        var listed = (await _explorer.GetAsync($"/recommend?user={Uri.EscapeDataString(user)}&k=20")).Items;
        Assert.That(
            await page.TextsAsync("section:nth-of-type(2) li a"), Is.EqualTo(listed.Select(item => item.Item)));
        Assert.That(
            (await page.TextsAsync("section:nth-of-type(2) li .number")).Select(Number),
            Is.EqualTo(listed.Select(item => item.Score)).Using<double, float>(IsShownAs));
        var played = Model.Plays.RowIndices(4).ToArray().Zip(Model.Plays.RowValues(4).ToArray())
            .OrderByDescending(play => play.Second).ThenBy(play => play.First).Take(20);
        Assert.That(
            await page.TextsAsync("section:nth-of-type(1) li a"),
            Is.EqualTo(played.Select(play => Model.Items.Format(play.First))));
        page.AssertClean();
    }

    [Test]
    public async Task Search_Keys_MoveChooseAndClose()
    {
        await using var page = await OpenAsync("#/");
        const string Active = "document.querySelector('[role=combobox]').getAttribute('aria-activedescendant')";

        await page.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("a");
        await page.WaitAsync("document.querySelectorAll('[role=option]').length > 2");
        await page.PressAsync("ArrowDown");
        var second = await page.Page.EvaluateExpressionAsync<string>(Active);
        await page.PressAsync("ArrowUp");
        await page.PressAsync("ArrowUp");
        var last = await page.Page.EvaluateExpressionAsync<string>(Active);
        await page.PressAsync("Escape");

        Assert.That(second, Does.EndWith("-1"));
        Assert.That(last, Does.Not.EndWith("-1").And.Not.EndWith("-0"));
        Assert.That(await page.CountAsync("[role=option]"), Is.Zero);
        await page.Page.Keyboard.TypeAsync("zzzz no such");
        await page.WaitAsync("document.querySelector('.combobox p:not([hidden])')");
        Assert.That(await page.TextAsync(".combobox p"), Does.StartWith("Nothing has “azzzz no such”"));
        page.AssertClean();
    }

    [Test]
    public async Task Why_SumsToTheScore()
    {
        await using var page = await OpenAsync(UserHash(4));

        await page.Page.ClickAsync("section:nth-of-type(2) button");
        await page.WaitAsync("document.querySelector('.reasons')");

        var explained = (await _explorer.GetAsync(
            $"/explain?user={Uri.EscapeDataString(Model.Users.Format(4))}"
            + $"&item={Uri.EscapeDataString((await page.TextsAsync("section:nth-of-type(2) li a"))[0])}&k=8")).Json;
        Assert.That(
            await page.TextsAsync(".reasons li a"),
            Is.EqualTo(explained["plays"]!.AsArray().Select(play => (string)play!["item"]!)));
        var sum = (await page.TextAsync(".reasons p")).Split("Together that is the score, ")[1].TrimEnd('.');
        Assert.That(Number(sum), Is.EqualTo((double)explained["score"]!).Within(0.05).Percent);
        await page.Page.ClickAsync("section:nth-of-type(2) button");
        Assert.That(await page.CountAsync(".reasons"), Is.Zero);
        page.AssertClean();
    }

    [Test]
    public async Task Item_ShowsItsNeighboursAndLeadsToThem()
    {
        var item = Model.Items.Format(2);
        await using var page = await OpenAsync($"#/item/{Uri.EscapeDataString(item)}");

        var near = (await _explorer.GetAsync($"/similar?item={Uri.EscapeDataString(item)}&k=20")).Items;
        Assert.That(await page.TextsAsync("ol.rows li a"), Is.EqualTo(near.Select(other => other.Item)));
        await page.Page.ClickAsync("ol.rows li a");
        await page.WaitAsync($"document.querySelector('h1').textContent !== {JsonSerializer.Serialize(item)}");

        Assert.That(await page.TextAsync("h1"), Is.EqualTo(near[0].Item));
        Assert.That(await page.Page.EvaluateExpressionAsync<string>("document.activeElement.id"), Is.EqualTo("view"));
        page.AssertClean();
    }

    [Test]
    public async Task Try_ItemsThatAreTyped_GiveAListAtOnce()
    {
        await using var page = await OpenAsync("#/try");
        var items = new[] { Model.Items.Format(1), Model.Items.Format(6) };

        foreach (var item in items)
        {
            await page.Page.TypeAsync("main [role=combobox]", item);
            await page.WaitAsync("document.querySelector('main [role=option]')");
            await page.PressAsync("Enter");
        }

        await page.WaitAsync(
            "document.querySelectorAll('.chips li').length === 2 && document.querySelector('main ol li')");
        await page.Page.WaitForNetworkIdleAsync();
        var plays = string.Join(",", items.Select(item => $$"""{ "item": "{{item}}" }"""));
        var expected = (await _explorer.PostAsync("/recommend", $$"""{ "plays": [{{plays}}], "k": 20 }""")).Items;
        Assert.That(await page.TextsAsync("main ol li a"), Is.EqualTo(expected.Select(item => item.Item)));
        var link = await page.Page.EvaluateExpressionAsync<string>("location.hash");
        await page.Page.ClickAsync(".chips button");
        await page.WaitAsync("document.querySelectorAll('.chips li').length === 1");

        await using var again = await OpenAsync(link);
        await again.WaitAsync("document.querySelector('main ol li')");
        Assert.That(await again.TextsAsync("main ol li a"), Is.EqualTo(expected.Select(item => item.Item)));
        page.AssertClean();
        again.AssertClean();
    }

    [Test]
    public async Task Map_PointsAndItems_LeadToTheItem()
    {
        await using var page = await OpenAsync("#/map");
        var points = (await _explorer.GetAsync("/explore/map")).Json["points"]!.AsArray();

        Assert.That(await page.CountAsync("circle.point"), Is.EqualTo(points.Count));
        await page.Page.FocusAsync("ol.rows li:nth-child(3) a");
        Assert.That(await page.TextAsync("circle.chosen title"), Does.StartWith((string)points[2]!["item"]!["item"]!));
        await page.Page.EvaluateExpressionAsync(
            "document.querySelector('circle.point').dispatchEvent(new MouseEvent('click'))");
        await page.WaitAsync("location.hash.startsWith('#/item/')");
        await page.ShownAsync();

        Assert.That(await page.TextAsync("h1"), Is.EqualTo((string)points[0]!["item"]!["item"]!));
        page.AssertClean();
    }

    [Test]
    public async Task Training_ShowsTheCurveAndItsNumbers()
    {
        await using var page = await OpenAsync("#/training");

        Assert.That(await page.CountAsync("tbody tr"), Is.EqualTo(3));
        Assert.That(await page.CountAsync("path.curve"), Is.EqualTo(1));
        Assert.That(await page.TextAsync("dl"), Does.Contain("rank 8"));
        page.AssertClean();
    }

    /// <summary>Names are text on every view, whatever they look like, and their addresses work.</summary>
    [Test]
    public async Task HostileIds_AreText()
    {
        var plays = Folder.At("hostile.csv");
        File.WriteAllLines(
            plays,
            [
                "user,item", .. Hostile.SelectMany(user => Hostile.Where(item => item.Length != user.Length)
                    .Select(item => $"{Csv(user)},{Csv(item)}")),
            ]);
        await Cli.Tool.SucceedAsync(
            "train", plays, "--output", Folder.At("hostile"), "--device", "cpu", "--rank", "2", "--iterations", "2");
        await using var explorer = await Service.StartAsync(Folder.At("hostile"), explores: true);
        foreach (var id in Hostile)
        {
            foreach (var hash in (string[])[$"#/user/{Uri.EscapeDataString(id)}", $"#/item/{Uri.EscapeDataString(id)}"])
            {
                await using var page = await TestPage.OpenAsync(_browser, explorer.Host.Address, hash);

                Assert.That(await page.TextAsync("h1"), Is.EqualTo(id));
                page.AssertClean();
            }

            await using var search = await TestPage.OpenAsync(_browser, explorer.Host.Address, "#/map");
            await search.PressAsync("/");
            await search.Page.Keyboard.TypeAsync(id);
            await search.WaitAsync("document.querySelector('[role=option]')");
            await search.PressAsync("Enter");
            await search.WaitAsync("location.hash !== '#/map'");
            await search.ShownAsync();
            Assert.That(await search.TextAsync("h1"), Is.EqualTo(id));
            Assert.That(await search.Page.EvaluateExpressionAsync<bool>("window.hacked === undefined"), Is.True);
            Assert.That(await search.CountAsync("main img, main script"), Is.Zero);
            search.AssertClean();
        }

        static string Csv(string id) => $"\"{id.Replace("\"", "\"\"")}\"";
    }

    [Test]
    public async Task UnknownUser_IsSaid()
    {
        await using var page = await OpenAsync("#/user/nobody");

        Assert.That(await page.TextAsync("h1"), Is.EqualTo("This cannot be shown"));
        Assert.That(await page.TextAsync("[role=alert]"), Does.Contain("the model has no user 'nobody'"));
    }

    [Test]
    public async Task Views_InAnySizeAndColor_FitAndSatisfyAxe(
        [ValueSource(nameof(Views))] string view, [Values] bool isDark, [Values(360, 1200)] int width)
    {
        await using var page = await OpenAsync("#/");
        await page.Page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 800 });
        await page.DarkAsync(isDark);
        await page.GoAsync(view switch
        {
            "#/user" => UserHash(4),
            "#/item" => $"#/item/{Uri.EscapeDataString(Model.Items.Format(2))}",
            "#/try" => $"#/try/{Uri.EscapeDataString(Model.Items.Format(2))}",
            _ => view,
        });
        if (view == "#/user")
        {
            await page.Page.ClickAsync("section:nth-of-type(2) button");
            await page.WaitAsync("document.querySelector('.reasons')");
        }

        if (view == "#/") // with the results of a search open
        {
            await page.PressAsync("/");
            await page.Page.Keyboard.TypeAsync("a");
            await page.WaitAsync("document.querySelector('[role=option]')");
        }

        Assert.That(await page.AxeAsync(), Is.Empty);
        Assert.That(
            await page.Page.EvaluateExpressionAsync<int>("document.documentElement.scrollWidth"), Is.EqualTo(width));
        if (view != "#/user/nobody") page.AssertClean(); // Chromium's console has an error for each status 404.
    }

    /// <summary>Else the test of all views would prove nothing.</summary>
    [Test]
    public async Task Axe_PageThatIsWrong_IsFound()
    {
        await using var page = await OpenAsync("#/");
        await page.Page.EvaluateExpressionAsync("document.querySelector('h1').innerHTML = '<img src=icon.svg>'");

        Assert.That(await page.AxeAsync(), Has.Some.StartsWith("image-alt: "));
    }

    private Task<TestPage> OpenAsync(string hash) => TestPage.OpenAsync(_browser, _explorer.Host.Address, hash);

    private string UserHash(int user) => $"#/user/{Uri.EscapeDataString(Model.Users.Format(user))}";

    /// <summary>The number that a text of the page begins with.</summary>
    private static double Number(string text) => double.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Four significant digits are shown.</summary>
    private static bool IsShownAs(double shown, float value) => Math.Abs(shown - value) <= 5e-4 * Math.Abs(value);
}
