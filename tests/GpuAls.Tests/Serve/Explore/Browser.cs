using Deque.AxeCore.Commons;
using PuppeteerSharp;
using PuppeteerSharp.Media;

namespace GpuAls.Tests.Serve.Explore;

/// <summary>A headless Chromium; tests are skipped, with the reason, where there is none.</summary>
internal static class Browser
{
    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome"];

    public static async Task<IBrowser> StartAsync()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => Programs.Select(program => Path.Combine(folder, program)))
            .FirstOrDefault(File.Exists);
        if (path is null)
        {
            const string Reason = "there is no Chromium: install the package chromium";
            if (Environment.GetEnvironmentVariable("TESTS_REQUIRE_SERVERS") is { Length: > 0 }) Assert.Fail(Reason);
            Assert.Ignore(Reason);
        }

        return await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = path,
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            DefaultViewport = new ViewPortOptions { Width = 1200, Height = 900 },
        });
    }
}

/// <summary>A page, and all that went wrong on it.</summary>
internal sealed class TestPage(IPage page, Uri server) : IAsyncDisposable
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private readonly List<string> _problems = [];

    public IPage Page => page;

    public static async Task<TestPage> OpenAsync(IBrowser browser, Uri server, string hash)
    {
        var opened = new TestPage(await browser.NewPageAsync(), server);
        opened.Watch();
        await opened.Page.GoToAsync(new Uri(server, hash).ToString());
        await opened.ShownAsync();
        return opened;
    }

    /// <summary>Goes to another view, as a link would.</summary>
    public async Task GoAsync(string hash)
    {
        await page.EvaluateFunctionAsync("hash => { location.hash = hash; }", hash);
        await ShownAsync();
    }

    /// <summary>Waits until the view of the address is there.</summary>
    public async Task ShownAsync()
    {
        await Task.Delay(50);
        await page.WaitForExpressionAsync(
            "document.querySelector('main h1') && !document.querySelector('main').hasAttribute('aria-busy')");
    }

    public Task<string> TextAsync(string selector) =>
        page.EvaluateFunctionAsync<string>("s => document.querySelector(s)?.textContent ?? ''", selector);

    public Task<string[]> TextsAsync(string selector) => page.EvaluateFunctionAsync<string[]>(
        "s => [...document.querySelectorAll(s)].map(node => node.textContent)", selector);

    public Task<int> CountAsync(string selector) =>
        page.EvaluateFunctionAsync<int>("s => document.querySelectorAll(s).length", selector);

    public Task WaitAsync(string expression) => page.WaitForExpressionAsync(expression);

    public Task PressAsync(string key) => page.Keyboard.PressAsync(key);

    public Task DarkAsync(bool isDark) => page.EmulateMediaFeaturesAsync(
    [
        new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = isDark ? "dark" : "light" },
    ]);

    /// <summary>Findings of axe-core, each with its rule and an element.</summary>
    public async Task<string[]> AxeAsync()
    {
        await page.EvaluateExpressionAsync(Axe);
        return await page.EvaluateFunctionAsync<string[]>(
            "async () => (await axe.run()).violations.flatMap(found => "
            + "found.nodes.map(node => `${found.id}: ${node.html.slice(0, 200)}`))");
    }

    /// <summary>Nothing failed on the page, and nothing was loaded from elsewhere.</summary>
    public void AssertClean() => Assert.That(_problems, Is.Empty);

    public async ValueTask DisposeAsync() => await page.CloseAsync();

    private void Watch()
    {
        page.PageError += (_, failure) => _problems.Add($"error: {failure.Message}");
        page.Console += (_, line) =>
        {
            if (line.Message.Type == ConsoleType.Error) _problems.Add($"console: {line.Message.Text}");
        };
        page.Request += (_, request) =>
        {
            if (!request.Request.Url.StartsWith(server.ToString(), StringComparison.Ordinal))
                _problems.Add($"request: {request.Request.Url}");
        };
    }
}
