namespace GpuAls.Tests;

/// <summary>
/// Real data beside the project, which is not part of it: tests that need it skip where it is absent.
/// </summary>
internal static class SharedData
{
    /// <summary>The folder that holds GpuAls.sln.</summary>
    public static string ProjectRoot { get; } = FindProjectRoot();

    /// <summary>The path of a file or folder of <c>../shared</c>; skips the test if it is absent.</summary>
    public static string Require(params string[] parts)
    {
        var path = Path.Combine([Path.GetDirectoryName(ProjectRoot)!, "shared", .. parts]);
        if (!Path.Exists(path))
            Assert.Ignore($"../shared/{string.Join('/', parts)} is absent: this test needs real data.");
        return path;
    }

    private static string FindProjectRoot()
    {
        var folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "GpuAls.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new FileNotFoundException(
                "GpuAls.sln is above no folder of the tests.");
        return folder;
    }
}
