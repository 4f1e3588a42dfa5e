using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GpuAls.Tests.Cli;

/// <summary>Each command of the README is run, in its order and in one folder, as a reader would.</summary>
[NonParallelizable]
public sealed partial class ReadmeTests
{
    private const string ToolByProject = "dotnet run -c Release --project src/GpuAls.Cli -- ";

    private static readonly string Readme = File.ReadAllText(Path.Combine(SharedData.ProjectRoot, "README.md"));

    private string _startFolder = null!;
    private TempFolder _folder = null!;

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

    [Test]
    public async Task Readme_EachToolCommand_Succeeds()
    {
        var commands = Commands().Where(IsOfTool).ToArray();
        Assert.That(commands, Has.Length.GreaterThanOrEqualTo(6));

        foreach (var command in commands) await Tool.SucceedAsync(Arguments(command));
    }

    [Test]
    public async Task Readme_ListShown_IsTheListMade()
    {
        var shown = Readme[Readme.IndexOf("user,item,rank,score", StringComparison.Ordinal)..].Split("```")[0];
        var example = Commands().Where(IsOfTool).SkipWhile(command => !command.Contains(" sample ")).Take(3).ToArray();

        foreach (var command in example[..2]) await Tool.SucceedAsync(Arguments(command));
        var made = await Tool.SucceedAsync(Arguments(example[2]));

        Assert.That(WithoutScores(made.Out), Is.EqualTo(WithoutScores(shown)));
    }

    [Test]
    public async Task Readme_JsonShown_IsTheListMade()
    {
        var shown = JsonNode.Parse(Readme[Readme.IndexOf("{\"user\":", StringComparison.Ordinal)..].Split('\n')[0])!;
        var example = Commands().Where(IsOfTool).SkipWhile(command => !command.Contains(" sample ")).Take(2).ToArray();
        foreach (var command in example) await Tool.SucceedAsync(Arguments(command));
        await Tool.SucceedAsync("recommend", "model", "--user", "Ada Tanaka", "--top", "2", "--output", "lists.jsonl");

        var made = JsonNode.Parse(File.ReadAllText("lists.jsonl"))!;

        Assert.That(Shape(made), Is.EqualTo(Shape(shown)));
    }

    /// <summary>Vectors of another width round otherwise, so that digits behind the second may differ.</summary>
    [Test]
    public async Task Readme_MetricsShown_AreThoseMeasured()
    {
        var command = Commands().Single(command => command.StartsWith("gpuals evaluate ", StringComparison.Ordinal));
        var shown = MetricRows(Readme[Readme.IndexOf("  RMSE, preference", StringComparison.Ordinal)..].Split("\n\n")[0]);
        await Tool.SucceedAsync("sample", "--output", "plays.parquet");

        var run = await Tool.SucceedAsync([.. Arguments(command), "--device", "cpu"]);

        var made = MetricRows(run.Out[run.Out.IndexOf("  RMSE, preference", StringComparison.Ordinal)..].Split("\n   ")[0]);
        Assert.That(made.Select(row => row.Name), Is.EqualTo(shown.Select(row => row.Name)));
        foreach (var (ofReadme, ofRun) in shown.Zip(made)) Assert.That(ofRun.Values, Is.EqualTo(ofReadme.Values).Within(1).Percent.Or.EqualTo(ofReadme.Values).Within(0.01), ofReadme.Name);
        Assert.That(run.Out, Does.Contain(Readme.Split('\n').Single(line => line.Contains("users with held-out plays."))));
    }

    [Test]
    public async Task Readme_TrialsShown_AreThoseMade()
    {
        var command = Commands().Single(command => command.StartsWith("gpuals tune ", StringComparison.Ordinal));
        var shown = Trials(Readme[Readme.IndexOf("  trial ", StringComparison.Ordinal)..].Split("```")[0]);
        await Tool.SucceedAsync("sample", "--output", "plays.parquet");

        var made = Trials((await Tool.SucceedAsync([.. Arguments(command), "--device", "cpu"])).Out);

        Assert.That(made.Keys, Is.EqualTo(shown.Keys));
        foreach (var (trial, value) in shown) Assert.That(made[trial], Is.EqualTo(value).Within(0.01), trial);
    }

    [Test]
    public async Task Readme_LibraryExample_IsTheOneThatCompilesAndRuns()
    {
        var source = File.ReadAllLines(Path.Combine(SharedData.ProjectRoot, "tests", "GpuAls.Tests", "Cli", "LibraryExample.cs")).Select(line => line.Trim()).ToHashSet();
        var shown = Readme.Split("```csharp\n")[1].Split("```")[0].Split('\n');
        await Tool.SucceedAsync("sample", "--output", "plays.parquet");

        await LibraryExample.RunAsync();

        Assert.That(shown.Select(line => line.Trim()).Except(source), Is.Empty);
    }

    [Test]
    public void Readme_OtherCommands_AreRunByCi()
    {
        var ci = File.ReadAllText(Path.Combine(SharedData.ProjectRoot, ".ci", "run"));

        foreach (var command in Commands().Where(command => !IsOfTool(command) || command.StartsWith("dotnet", StringComparison.Ordinal)))
            Assert.That(ci, Does.Contain(command.Replace("--global ", "", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Commands() => ConsoleBlock().Matches(Readme).SelectMany(block => block.Groups[1].Value.Trim().Split('\n'));

    private static bool IsOfTool(string command) => command.StartsWith("gpuals ", StringComparison.Ordinal) || command.StartsWith(ToolByProject, StringComparison.Ordinal);

    /// <summary>The arguments of a command; double quotes hold one together.</summary>
    private static string[] Arguments(string command)
    {
        var text = command.StartsWith(ToolByProject, StringComparison.Ordinal) ? command[ToolByProject.Length..] : command["gpuals ".Length..];
        return [.. Argument().Matches(text).Select(match => match.Value.Trim('"'))];
    }

    /// <summary>The rows of a table of metrics: its name, and the numbers that stand alone or before brackets.</summary>
    private static (string Name, double[] Values)[] MetricRows(string table) =>
    [
        .. from line in table.Split('\n')
           where line.Trim().Length > 0
           let numbers = Shown().Matches(line)
           select (line[..numbers[0].Index].Trim(), numbers.Select(number => double.Parse(number.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).ToArray()),
    ];

    /// <summary>The metric of each trial, by its number and options.</summary>
    private static SortedDictionary<string, double> Trials(string table) => new(
        TrialShown().Matches(table).ToDictionary(row => Regex.Replace(row.Groups[1].Value, " +", " "), row => double.Parse(row.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture)),
        StringComparer.Ordinal);

    /// <summary>The names and values of a list, without the scores.</summary>
    private static string Shape(JsonNode list)
    {
        foreach (var item in list["items"]!.AsArray()) item!["score"] = 0;
        return list.ToJsonString();
    }

    private static string[] WithoutScores(string csv) => [.. csv.Trim().Split('\n').Select(line => line[..line.LastIndexOf(',')])];

    [GeneratedRegex("```console\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();

    [GeneratedRegex(@"  (\d+\.\d+)(?: \[[^]]*\])?")]
    private static partial Regex Shown();

    [GeneratedRegex(@"^  (\d+ .*?) +(0\.\d{4}) \[", RegexOptions.Multiline)]
    private static partial Regex TrialShown();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Argument();
}
