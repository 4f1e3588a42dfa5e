using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GpuAls.Connectors.Sqlite;
using GpuAls.Tests.Connectors.Postgres;
using GpuAls.Tests.Mpi;

namespace GpuAls.Tests.Cli;

/// <summary>
/// The README and the pages in docs are run as a reader would: each page's commands in order, in one folder. What a
/// page shows below a command has to be what the command prints.
/// </summary>
[NonParallelizable]
public sealed partial class DocsTests
{
    private const string ToolByProject = "dotnet run -c Release --project src/GpuAls.Cli -- ";

    private const string DatabasePage = "docs/databases.md";
    private const string DatabaseUrl = "postgres://localhost/shop";

    private string _startFolder = null!;
    private TempFolder _folder = null!;

    private static string[] Pages { get; } =
    [
        "README.md",
        "CONTRIBUTING.md",
        .. Directory.GetFiles(Path.Combine(SharedData.ProjectRoot, "docs"), "*.md")
            .Select(file => $"docs/{Path.GetFileName(file)}").Order(StringComparer.Ordinal),
    ];

    [SetUp]
    public void EnterFolder()
    {
        (_startFolder, _folder) = (Environment.CurrentDirectory, new TempFolder());
        Environment.CurrentDirectory = _folder.Root;
    }

    [TearDown]
    public void LeaveFolder()
    {
        Environment.CurrentDirectory = _startFolder;
        _folder.Dispose();
    }

    [TestCaseSource(nameof(Pages))]
    public async Task Page_Commands_PrintWhatThePageShows(string page)
    {
        var printed = "";
        var url = page == DatabasePage ? DatabaseOfThePage() : DatabaseUrl;
        ServerProcess? server = null;
        await using var last = new Last(() => server);
        foreach (var (language, text) in Blocks(page))
        {
            switch (language)
            {
                case "console":
                    foreach (var command in text.Trim().Split('\n'))
                    {
                        if (IsServer(command)) server = await NextServerAsync(server, Arguments(command));
                        else if (IsOfTool(command))
                            printed = (await Tool.SucceedAsync(Arguments(command.Replace(DatabaseUrl, url)))).Out;
                        else if (command.StartsWith("mpirun ", StringComparison.Ordinal)) await RunMpiAsync(command);
                        else if (IsRequest(command)) printed = await AnswerAsync(command, server);
                    }

                    break;
                case "json" when server is not null:
                    AssertShown(text, printed);
                    break;
                case "text" when printed.Length > 0:
                    AssertShown(text, printed);
                    printed = "";
                    break;
                case "yaml": // a file, whose first line is a comment with its name
                    File.WriteAllText(text.Split('\n')[0].TrimStart('#', ' '), text);
                    break;
                case "csv": // the same, without that line
                    File.WriteAllText(text.Split('\n')[0].TrimStart('#', ' '), text[(text.IndexOf('\n') + 1)..]);
                    break;
                case "json" when printed.Length > 0 || Directory.GetFiles(".", "*.jsonl").Length > 0:
                    AssertShown(text, string.Join('\n', Directory.GetFiles(".", "*.jsonl").Select(File.ReadAllText)));
                    break;
                case "csharp":
                    Assert.That(text, Is.EqualTo(LibraryProgram()));
                    RunLibraryProgram();
                    break;
            }
        }
    }

    /// <summary>Scripts for clusters can't be run here; their form and gpuals' options in them are checked.</summary>
    [Test]
    public async Task Cluster_Scripts_AreWellFormedAndOptionsKnown()
    {
        var help = (await Tool.SucceedAsync("train", "--help-all")).Out;
        var scripts = Blocks("docs/cluster.md").Where(block => block.Language == "sh").Select(block => block.Text);

        foreach (var script in scripts)
        {
            File.WriteAllText("script.sh", script);
            var check = await ToolProcess.RunAsync("bash -n script.sh");
            Assert.That(check.ExitCode, Is.Zero, check.Error);
            var ofTool = script.Replace("\\\n", "", StringComparison.Ordinal).Split('\n')
                .Where(line => line.Contains("gpuals train ", StringComparison.Ordinal))
                .SelectMany(line => line[line.IndexOf("gpuals train ", StringComparison.Ordinal)..].Split(' '));
            foreach (var option in ofTool.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
                Assert.That(help, Does.Match($@"{option}\b"), script);
        }
    }

    /// <summary>What AWS is given can't be run here; its form and gpuals' options in it are checked.</summary>
    [Test]
    public async Task Ec2_JsonAndOptions_AreWellFormedAndKnown()
    {
        var help = (await Tool.SucceedAsync("train", "--help-all")).Out;
        var page = Path.Combine("docs", "ec2.md");
        var blocks = Blocks(page).ToList();

        foreach (var (_, json) in blocks.Where(block => block.Language == "json")) JsonNode.Parse(json);
        var job = blocks.Where(block => block.Language == "json").Select(block => JsonNode.Parse(block.Text)!)
            .Single(json => json["jobDefinitionName"] is not null);
        var words = job["containerProperties"]!["command"]!.AsArray().Select(word => word!.GetValue<string>())
            .Concat(blocks.Where(block => block.Language == "sh")
                .SelectMany(block => block.Text.Replace("\\\n", "", StringComparison.Ordinal).Split('\n'))
                .Where(line => line.Contains("gpuals train ", StringComparison.Ordinal))
                .SelectMany(line => line.Split(' ')));
        foreach (var option in words.Where(word => word.StartsWith("--", StringComparison.Ordinal)).Distinct())
            Assert.That(help, Does.Match($@"{option}\b"), page);
    }

    [Test]
    public void Pages_OtherCommands_AreRunByCi()
    {
        var ci = File.ReadAllText(Path.Combine(SharedData.ProjectRoot, ".ci", "run"));
        var commands = Pages.SelectMany(Blocks).Where(block => block.Language == "console")
            .SelectMany(block => block.Text.Trim().Split('\n'))
            .Where(command => command.StartsWith("dotnet", StringComparison.Ordinal));

        foreach (var command in commands)
            Assert.That(ci, Does.Contain(command.Replace("--global ", "", StringComparison.Ordinal)));
    }

    [TestCaseSource(nameof(Pages))]
    public void Page_Links_LeadSomewhere(string page)
    {
        var self = Path.Combine(SharedData.ProjectRoot, page);
        var targets =
            Link().Matches(Read(page)).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://"));

        foreach (var parts in targets.Select(target => target.Split('#')))
        {
            var file = parts[0].Length == 0 ? self : Path.Combine(Path.GetDirectoryName(self)!, parts[0]);
            Assert.That(file, Does.Exist, page);
            if (parts.Length > 1)
                Assert.That(Headings(File.ReadAllText(file)), Does.Contain(parts[1]), $"{page}: {parts[0]}#{parts[1]}");
        }
    }

    [Test]
    public void Readme_IsShort()
    {
        var readme = Read("README.md");

        Assert.That(
            readme.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), Has.Length.LessThanOrEqualTo(900));
        Assert.That(TableRule().Count(readme), Is.LessThanOrEqualTo(3));
    }

    [TestCase("0.3418 [0.3311, 0.3530]", "0.3421 [0.3300, 0.3539]", true)]
    [TestCase("0.3418 [0.3311, 0.3530]", "0.3418 [0.3311, 0.3830]", false)]
    [TestCase("1,981 users", "1,982 users", true)]
    [TestCase("1,981 users", "1,981 items", false)]
    [TestCase("Ada Tanaka,River Meadow,1,0.787", "Ada Tanaka,River Meadow,2,0.787", false)]
    public void Lines_OfOtherNumbers_AreTold(string shown, string printed, bool areSame) =>
        Assert.That(IsSame(shown, printed), Is.EqualTo(areSame));

    private static string Read(string page) => File.ReadAllText(Path.Combine(SharedData.ProjectRoot, page));

    /// <summary>docs/library.cs without what only <c>dotnet run</c> reads.</summary>
    /// <summary>Runs a command of mpirun, where it is installed, on any machine and by any user.</summary>
    private static async Task RunMpiAsync(string command)
    {
        if (!MpiRun.IsInstalled(MpiRun.OpenMpi)) return;
        var run = await ToolProcess.RunAsync(
            command.Replace("mpirun ", $"{MpiRun.OpenMpi} ", StringComparison.Ordinal)
                .Replace(" gpuals ", $" {ToolProcess.Command} ", StringComparison.Ordinal) + " </dev/null",
            ("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
            ("OMPI_MCA_rmaps_base_oversubscribe", "1"));
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    private static string LibraryProgram() => string.Join(
        '\n', Read("docs/library.cs").Split('\n').Where(line => !line.StartsWith("#:", StringComparison.Ordinal)));

    /// <summary>Runs docs/library.cs, which is compiled beside the tests.</summary>
    private static void RunLibraryProgram() =>
        Assembly.Load("GpuAls.LibraryExample").EntryPoint!.Invoke(null, [Array.Empty<string>()]);

    private static IEnumerable<(string Language, string Text)> Blocks(string page) =>
        FencedBlock().Matches(Read(page)).Select(block => (block.Groups[1].Value, block.Groups[2].Value));

    private static bool IsOfTool(string command) =>
        command.StartsWith("gpuals ", StringComparison.Ordinal)
            || command.StartsWith(ToolByProject, StringComparison.Ordinal);

    /// <summary>Commands that run until they are stopped: later commands of the page talk to them.</summary>
    private static bool IsServer(string command) =>
        command.StartsWith("gpuals serve ", StringComparison.Ordinal)
            || command.StartsWith("gpuals explore ", StringComparison.Ordinal);

    private static bool IsRequest(string command) => command.StartsWith("curl ", StringComparison.Ordinal);

    private static async Task<ServerProcess> NextServerAsync(ServerProcess? before, string[] args)
    {
        if (before is not null) await before.DisposeAsync();
        return await ToolProcess.ServeAsync(args);
    }

    /// <summary>What a request prints; the page has the default port, and the server a free one.</summary>
    private static async Task<string> AnswerAsync(string command, ServerProcess? server)
    {
        Assert.That(server, Is.Not.Null, $"no server is running for {command}");
        var run = await ToolProcess.RunAsync(
            LocalAddress().Replace(command.Replace("curl ", "curl -sS --fail "), server!.Address.ToString()));
        Assert.That(run.ExitCode, Is.Zero, $"{command}: {run.Error}");
        return run.Out;
    }

    /// <summary>The arguments of a command; double quotes hold one together.</summary>
    private static string[] Arguments(string command)
    {
        var text =
            command[(command.StartsWith(ToolByProject, StringComparison.Ordinal) ? ToolByProject : "gpuals ").Length..];
        return [.. Argument().Matches(text).Select(match => match.Value.Trim('"'))];
    }

    /// <summary>
    /// Databases with the tables that the page reads, one of them in the folder; the test is skipped where there is no
    /// server.
    /// </summary>
    private static string DatabaseOfThePage()
    {
        using var file = new SqliteFile("shop.db", "shop.db", FailureKind.Output);
        file.Run(
            "make a table",
            "CREATE TABLE plays (\"user\", item, plays); WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL "
            + "SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO plays SELECT i / 20, i * 7 % 50, 1 + i % 5 FROM n");
        return new Shop(
            "CREATE TABLE plays AS SELECT u AS \"user\", u * i % 50 AS item, i AS plays "
            + "FROM generate_series(1, 60) u, generate_series(1, 20) i;"
            + "CREATE VIEW orders AS SELECT \"user\" AS customer, item AS product, plays AS quantity FROM plays").Url;
    }

    private static void AssertShown(string shown, string printed)
    {
        var lines = printed.Split('\n');
        foreach (var line in shown.Split('\n').Where(line => line.Trim(' ', '─').Length > 0))
            Assert.That(
                lines.Any(candidate => IsSame(line, candidate)), $"The page shows\n{line}\nThe run has\n{printed}");
    }

    /// <summary>
    /// Whether two lines have the same words and nearly the same numbers: SIMD vectors of other widths round
    /// differently, so digits behind the second may differ.
    /// </summary>
    private static bool IsSame(string shown, string printed)
    {
        var (expected, actual) = (Words().Matches(shown), Words().Matches(printed));
        return expected.Count == actual.Count
            && expected.Zip(actual).All(pair => IsSameWord(pair.First.Value, pair.Second.Value));
    }

    private static bool IsSameWord(string shown, string printed)
    {
        if (shown == printed) return true;
        return Number(shown) is { } expected && Number(printed) is { } actual
            && Math.Abs(expected - actual) <= Math.Max(0.01, Math.Abs(expected) * 0.01);
    }

    private static double? Number(string word) =>
        double.TryParse(word.Replace(",", ""), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>The anchors of a page's headings, as a browser of repositories makes them.</summary>
    private static IEnumerable<string> Headings(string page) => Heading().Matches(page)
        .Select(heading => NoAnchor().Replace(heading.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"^```(\w*)\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex FencedBlock();

    [GeneratedRegex(@"(?:http://)?(?:localhost|127\.0\.0\.1):\d+/")]
    private static partial Regex LocalAddress();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Argument();

    /// <summary>
    /// A number with its thousands separators, else a run of other characters that are no blanks, brackets or
    /// separators.
    /// </summary>
    [GeneratedRegex(@"\d{1,3}(?:,\d{3})+(?![\d.])|[^\s,:\[\]{}]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex(@"^\|[-:| ]+\|$", RegexOptions.Multiline)]
    private static partial Regex TableRule();

    /// <summary>Stops the server of a page when its commands are done, or one of them fails.</summary>
    private sealed class Last(Func<ServerProcess?> server) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => server()?.DisposeAsync() ?? default;
    }
}
