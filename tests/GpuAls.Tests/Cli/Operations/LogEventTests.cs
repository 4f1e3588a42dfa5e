using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using GpuAls.App;
using GpuAls.Cli;

namespace GpuAls.Tests.Cli.Operations;

/// <summary>docs/operations.md has every event that the log can have, and a log has no others.</summary>
public sealed partial class LogEventTests
{
    /// <summary>Set to 1, the tests write the page instead of comparing it.</summary>
    private const string Writes = "TESTS_WRITE_DOCS";

    private static readonly string[] OfEveryLine = ["time", "level", "event", "message"];

    private static readonly LogEvent[] Declared =
    [
        .. from assembly in new[] { typeof(JobEvent).Assembly, typeof(CommandLine).Assembly }
           from type in assembly.GetTypes().OrderBy(type => type.FullName, StringComparer.Ordinal)
           from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
           where field.FieldType == typeof(LogEvent)
           select (LogEvent)field.GetValue(null)!,
    ];

    [Test]
    public void Page_Events_AreThoseDeclared() => CheckPage(
        "<!-- These tables are generated from the declarations of the events. -->\n",
        $"\n| event | level | when | fields |\n|---|---|---|---|\n{Rows()}\n",
        "<!-- The tables end here. -->\n");

    [Test]
    public void Page_Metrics_AreThoseDeclared() => CheckPage(
        "<!-- This table is generated from the facts of the summary. -->\n",
        "\n| metric | |\n|---|---|\n" + string.Concat(SummaryFacts.All.Select(fact =>
            $"| `gpuals_{fact.Name}` | {char.ToLowerInvariant(fact.Help[0])}{fact.Help[1..]}"
            + (fact.Labels.Count > 0
                ? $"; {(fact.Labels.Count > 1 ? "labels" : "label")} "
                    + string.Join(", ", fact.Labels.Select(label => $"`{label}`"))
                : "")
            + " |\n")) + "\n",
        "<!-- The facts end here. -->\n");

    /// <summary>Dashboards and alerts read these; a new one is added here.</summary>
    [Test]
    public void Metrics_AreFrozen() => Assert.That(
        SummaryFacts.All.Select(fact => $"{fact.Name}({string.Join(',', fact.Labels)})"),
        Is.EqualTo(new[]
        {
            "rows_read()", "rows_dropped(reason)", "pairs_dropped(reason)", "users()", "items()", "plays()",
            "iterations()", "trials(outcome)", "lists()", "loss()", "metric_value(method,metric)",
            "phase_seconds(phase)", "host_memory_peak_bytes()", "device_memory_peak_bytes()", "input_bytes()",
            "output_bytes()", "device_transfer_bytes(direction)",
            "process_wait_seconds(process,host)", "process_sent_bytes()",
        }));

    /// <summary>An event that is not a static field would not be on the page.</summary>
    [Test]
    public void Events_AreAllDeclaredAsStaticFields()
    {
        var created = Directory
            .GetFiles(Path.Combine(SharedData.ProjectRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Sum(file => Creation().Count(File.ReadAllText(file)));

        Assert.That(Declared, Has.Length.EqualTo(created).And.Length.GreaterThan(30));
    }

    [Test]
    public void Names_AreLowerCaseWords_AndFieldsDontHideThoseOfEveryLine()
    {
        foreach (var declared in Declared)
        {
            string[] names = [declared.Name, .. declared.Fields.Select(field => field.Name)];
            Assert.That(names, Is.All.Matches("^[a-z][a-z0-9]*(_[a-z0-9]+)*$"));
            Assert.That(names[1..], Is.Unique);
            Assert.That(names[1..].Intersect(OfEveryLine), Is.Empty, declared.Name);
            Assert.That(
                declared.Fields.Where(field => field.Name.EndsWith("_bytes", StringComparison.Ordinal))
                    .Select(field => field.Text),
                Is.All.Contains("bytes"));
        }
    }

    /// <summary>Programs read these; a new one is added here.</summary>
    [Test]
    public void Names_AreFrozen() => Assert.That(
        Declared.Select(declared => declared.Name).Distinct().Order(StringComparer.Ordinal),
        Is.SupersetOf(new[]
        {
            "bad_rows", "best", "cancelled_pairs", "checkpoint", "checkpoint_damaged", "checkpoint_failed",
            "checkpoint_kept", "data", "details", "done", "engine", "failed", "guard_failed", "iteration", "jitter",
            "leftover", "measured", "memory", "metrics_failed", "model_version", "no_users", "nothing_to_resume",
            "option", "progress", "repeated", "resumed", "resumed_elsewhere", "spot_notice", "spot_unknown", "split",
            "stopped", "streamed", "summary", "telemetry_failed", "training_resumed", "trial", "trials_kept",
            "unknown_users", "unknown_variable", "unseen", "usage", "users_without_plays", "zero_factors",
            "zero_weights",
        }));

    [Test]
    public void Line_WithoutAValueForEachField_IsRefused() =>
        Assert.That(() => DataLoaded.ZeroWeights.Line("2 rows"), Throws.ArgumentException);

    [TestCase("train {0} --output model --device cpu --rank 2 --iterations 2 --loss --validation-fraction 0.2")]
    [TestCase("evaluate {0} --device cpu --rank 2 --iterations 2 --k 2")]
    [TestCase("tune {0} --device cpu --rank 2,3 --iterations 2 --k 2")]
    [TestCase("train {0} --output model --device cpu --weight-column nothing")]
    [TestCase("train --rank x")]
    public async Task Log_AsJson_HasTheFieldsOfItsEvents(string command)
    {
        using var folder = new TempFolder();
        var plays = folder.At("plays.csv");
        File.WriteAllText(plays, "user,item\n" + string.Concat(
            Enumerable.Range(0, 200).Select(i => $"u{i / 10},i{i * 7 % 23}\n")));
        string[] args =
        [
            .. string.Format(CultureInfo.InvariantCulture, command, plays).Split(' '), "--log-format", "json",
        ];
        if (args.Contains("model")) args[Array.IndexOf(args, "model")] = folder.At("model");

        var before = DateTime.UtcNow.AddMilliseconds(-1);
        var run = await Tool.RunAsync(args);

        var lines = run.Error.TrimEnd('\n').Split('\n');
        Assert.That(lines, Is.Not.Empty);
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            var names = json.RootElement.EnumerateObject().Select(field => field.Name).ToArray();
            var name = json.RootElement.GetProperty("event").GetString();
            Assert.That(names[..4], Is.EqualTo(OfEveryLine));
            Assert.That(
                Declared.Where(declared => declared.Name == name)
                    .Any(declared => declared.Fields.Select(field => field.Name).SequenceEqual(names[4..])),
                line);
            Assert.That(json.RootElement.GetProperty("time").GetString(), Does.EndWith("Z"));
            Assert.That(
                json.RootElement.GetProperty("time").GetDateTime(),
                Is.InRange(before, DateTime.UtcNow.AddMilliseconds(1)));
            if (json.RootElement.TryGetProperty("seconds", out var seconds))
                Assert.That(seconds.GetRawText(), Does.Match(@"^\d+(\.\d{1,3})?$"), line);
        }
    }

    private static string Rows() =>
        string.Concat(Declared.OrderBy(Order, StringComparer.Ordinal).Select(Row));

    private static void CheckPage(string begin, string generated, string end)
    {
        var path = Path.Combine(SharedData.ProjectRoot, "docs", "operations.md");
        var page = File.ReadAllText(path);
        var expected = $"{page.Split(begin)[0]}{begin}{generated}{end}{page.Split(end)[^1]}";
        if (Environment.GetEnvironmentVariable(Writes) == "1") File.WriteAllText(path, page = expected);

        Assert.That(
            page,
            Is.EqualTo(expected),
            $"docs/operations.md is not what is declared; {Writes}=1 dotnet test --filter {nameof(LogEventTests)} "
            + "writes it anew");
    }

    private static string Order(LogEvent declared) => $"{declared.Name} {declared.Summary}";

    private static string Row(LogEvent declared)
    {
        var fields = new StringBuilder();
        foreach (var (name, text) in declared.Fields)
            fields.Append(fields.Length > 0 ? "; " : "").Append($"`{name}`: {text}");
        var level = declared.Level.ToString().ToLowerInvariant();
        return $"| `{declared.Name}` | {level} | {declared.Summary} | {fields} |\n";
    }

    [GeneratedRegex(@"LogEvent(?: \w+ = new)?\(\s*LogLevel\.")]
    private static partial Regex Creation();
}
