using System.Text.RegularExpressions;

namespace GpuAls.Tests;

/// <summary>Rules of style that the formatter does not check.</summary>
public sealed partial class StyleTests
{
    private const int MaximumColumns = 120;

    [TestCase("src")]
    [TestCase("kernels")]
    [TestCase("bench")]
    [TestCase("tests")]
    public void Lines_AreNoLongerThan120Columns(string folder)
    {
        var root = RepositoryRoot();
        var longLines =
            from file in SourceFiles(Path.Combine(root, folder))
            from line in File.ReadLines(file).Index()
            where line.Item.Length > MaximumColumns
            select $"{Path.GetRelativePath(root, file)}:{line.Index + 1}: {line.Item.Length} columns";

        Assert.That(longLines, Is.Empty);
    }

    /// <summary>Constants are never 1; any other number may be.</summary>
    [Test]
    public void Counts_InMessages_HaveTheirNounFromCounted()
    {
        var root = RepositoryRoot();
        var plurals =
            from file in SourceFiles(Path.Combine(root, "src"))
            from line in File.ReadLines(file).Index()
            from Match match in CountWithPlural().Matches(line.Item)
            where !match.Groups[1].Value.Contains("Max", StringComparison.Ordinal)
            select $"{Path.GetRelativePath(root, file)}:{line.Index + 1}: {match.Value}";

        Assert.That(plurals, Is.Empty);
    }

    [TestCase("{rows:N0} rows were read", true)]
    [TestCase("{rows:N0} bad rows were read", true)]
    [TestCase("{data.Read.Rows} rows were read", true)]
    [TestCase("{files.Count - 1:N0} more", false)]
    [TestCase("{done:N0} of {total}", false)]
    [TestCase("{seconds:F2} s", false)]
    public void CountWithPlural_Text_IsFound(string text, bool isFound) =>
        Assert.That(CountWithPlural().IsMatch($"\"{text}\""), Is.EqualTo(isFound));

    private static string[] SourceFiles(string folder)
    {
        var files = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .ToArray();
        Assert.That(files, Is.Not.Empty, folder);
        return files;
    }

    private static string RepositoryRoot()
    {
        var folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "GpuAls.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    /// <summary>A number of things in an interpolated string, such as <c>{count:N0} bad rows</c>.</summary>
    [GeneratedRegex(
        @"\{([^{}""]*(?:Count|Rows|Pairs|Length|Users|Items|Plays)|[^{}""]+:N0)\} (?:bad |held-out |similar )?"
            + "(?:row|pair|user|item|play|value|column|byte|element|file|iteration|trial|fold|combination|list)s\\b")]
    private static partial Regex CountWithPlural();
}
