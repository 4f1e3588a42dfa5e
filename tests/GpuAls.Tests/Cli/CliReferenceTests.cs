using System.Text;
using System.Text.RegularExpressions;
using GpuAls.Cli;

namespace GpuAls.Tests.Cli;

/// <summary>
/// docs/cli.md lists every option as it is declared, and no message names an option that there is not.
/// </summary>
public sealed partial class CliReferenceTests
{
    private const string Begin = "<!-- From here on this page is generated from the declarations of the options. -->\n";

    /// <summary>Set to 1, the tests write the page instead of comparing it.</summary>
    private const string Writes = "TESTS_WRITE_DOCS";

    /// <summary>Options of System.CommandLine, and those of other programs that messages name.</summary>
    private static readonly string[] Others =
        ["--help", "--help-all", "--version", "--recursive", "--format", "--gpus", "--mpi", "--ntasks"];

    [Test]
    public void Page_Options_AreThoseDeclared()
    {
        var path = Path.Combine(SharedData.ProjectRoot, "docs", "cli.md");
        var page = File.ReadAllText(path);
        var expected = page.Split(Begin)[0] + Begin + string.Concat(CommandLine.Commands.Select(Section)) + Presets();
        if (Environment.GetEnvironmentVariable(Writes) == "1") File.WriteAllText(path, page = expected);

        Assert.That(
            page,
            Is.EqualTo(expected),
            $"docs/cli.md is not what the options declare; {Writes}=1 dotnet test --filter "
            + $"{nameof(CliReferenceTests)} writes it anew");
    }

    [Test]
    public void Messages_NameOptionsThatThereAre()
    {
        var names = CommandLine.Commands.SelectMany(command => command.Entries)
            .SelectMany(entry => OptionName().Matches(entry.Label))
            .Select(match => match.Value).Concat(Others).ToHashSet();
        var named =
            from file in Directory.GetFiles(
                Path.Combine(SharedData.ProjectRoot, "src"), "*.cs", SearchOption.AllDirectories)
            where !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")
            from line in File.ReadLines(file)
            where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            from literal in Literal().Matches(line)
            from option in OptionName().Matches(literal.Value)
            select (Option: option.Value, File: Path.GetFileName(file));

        Assert.That(named.Count(), Is.GreaterThan(50));
        Assert.That(named.Where(pair => !names.Contains(pair.Option)).Distinct(), Is.Empty);
    }

    private static string Section(ToolCommand command)
    {
        var usage = string.Join(' ', command.Entries.Select(entry => entry.Usage).Where(usage => usage.Length > 0));
        var page = new StringBuilder($"\n## gpuals {command.Name}\n\n{command.Summary}. {command.Details}".TrimEnd());
        page.Append($"\n\n`gpuals {command.Name} {usage}".TrimEnd()).Append("`\n");
        foreach (var group in command.Entries.GroupBy(entry => entry.Group).OrderBy(group => group.Key))
        {
            page.Append($"\n| {group.Key} | default | |\n|---|---|---|\n");
            foreach (var entry in group) page.Append(Row(entry));
        }

        return page.ToString();
    }

    private static string Row(HelpEntry entry)
    {
        var range = entry.Range.Length > 0 ? $" ({entry.Range})" : "";
        var details = entry.Details.Length > 0 ? $". {entry.Details}" : "";
        var text = $"{entry.Summary}{range}{details}";
        return $"| `{Escaped(entry.Label)}` | {Escaped(entry.Default)} | {Escaped(text)} |\n";
    }

    /// <summary>What each preset sets that is not the default.</summary>
    private static string Presets()
    {
        var page = new StringBuilder(
            "\n## Presets\n\nOptions given in addition to `--preset` override it.\n\n| preset | means |\n|---|---|\n");
        foreach (var name in Preset.Names)
        {
            var options = Preset.Apply(name, AlsOptions.Default);
            var set =
                AlsParameters.Table.Where(parameter => parameter.Get(options) != parameter.Get(AlsOptions.Default))
                .Select(parameter => $"{parameter.Option} {parameter.Get(options)}");
            var offset = options.ConfidenceOffset == 0
                ? ""
                : $", and {options.ConfidenceOffset} added to the weight of plays";
            page.Append($"| `{name}` | `{string.Join(' ', set)}`{offset} |\n");
        }

        return page.ToString();
    }

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Literal();

    [GeneratedRegex("--[a-z][a-z0-9-]*[a-z0-9]")]
    private static partial Regex OptionName();
}
