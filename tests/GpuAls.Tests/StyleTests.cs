namespace GpuAls.Tests;

/// <summary>Rules of style that the formatter does not check. The list of folders grows until it covers all code.</summary>
public sealed class StyleTests
{
    private const int MaximumColumns = 120;

    [TestCase("kernels")]
    [TestCase("src/GpuAls/Evaluation/Baselines")]
    [TestCase("src/GpuAls/Evaluation/Metrics")]
    [TestCase("src/GpuAls/Evaluation/Splitting")]
    [TestCase("src/GpuAls/Recommendation")]
    [TestCase("src/GpuAls.App/Reporting")]
    [TestCase("src/GpuAls.App/Sampling")]
    [TestCase("src/GpuAls.App/Tuning")]
    [TestCase("src/GpuAls.Cli/Console")]
    [TestCase("src/GpuAls/Engines/Host")]
    [TestCase("bench")]
    [TestCase("tests/GpuAls.Tests/Bench")]
    [TestCase("tests/GpuAls.Tests/Kernels")]
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
}
