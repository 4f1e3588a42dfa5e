using System.Text;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Mpi;

/// <summary>What processes refuse together, and failures that say which process failed.</summary>
public sealed class MpirunRefusalTests : MpirunFixture
{
    private static readonly string[] Train =
        ["train", "plays.csv", "--weight-column", "plays", "--rank", "8", "--iterations", "3"];

    private static string[] Tool => MpirunFolder.Tool;

    [Test]
    public async Task Train_OfOtherOptions_IsRefusedWithWhatDiffers([ValueSource(nameof(Launchers))] string launcher)
    {
        var run = await Folder.RunAsync(
            launcher,
            [
                "-n", "1", .. Tool, .. Train, "--output", "x",
                ":", "-n", "2", .. Tool, .. Train, "--alpha", "3", "--output", "x",
            ]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(
            run.Output + run.Error, Does.Match("error: process 1 on .+ has --alpha 3, and process 0 on .+ has "));
        Assert.That(Folder.Entries(), Has.No.Member("x"));
    }

    /// <summary>A machine on which another version is installed.</summary>
    [Test]
    public async Task Train_OfAnotherVersion_IsRefusedWithBoth()
    {
        string[] other = ["dotnet", OtherVersion()];

        var run = await Folder.RunAsync(
            MpiRun.OpenMpi,
            ["-n", "1", .. Tool, .. Train, "--output", "x", ":", "-n", "1", .. other, .. Train, "--output", "x"]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(
            run.Output + run.Error,
            Does.Match($"error: process 1 on .+ has gpuals 9.+, and process 0 on .+ has gpuals {ProductVersion.Text}")
                .And.Contain("Install the same version on all machines."));
        Assert.That((run.Output + run.Error).Split("error: "), Has.Length.EqualTo(2), run.Error);
    }

    /// <summary>The plays on the machine of one process are not those of the others, though as long.</summary>
    [Test]
    public async Task Train_OfOtherPlays_IsRefusedWithBoth()
    {
        Directory.CreateDirectory(Folder.At("other"));
        var plays = await File.ReadAllTextAsync(Folder.At("plays.csv"));
        await File.WriteAllTextAsync(Folder.At("other/plays.csv"), $"{plays[..^2]}0\n");
        string[] command = [.. Tool, .. Train, "--output", "x"];

        var run = await Folder.RunAsync(
            MpiRun.OpenMpi,
            ["-n", "2", "-wdir", Folder.Root, .. command, ":", "-n", "1", "-wdir", Folder.At("other"), .. command]);

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(
            run.Output + run.Error,
            Does.Match("error: processes see different plays: .+, with other names or contents"));
        Assert.That((run.Output + run.Error).Split("error: "), Has.Length.EqualTo(2), run.Error);
        Assert.That(Folder.Entries(), Has.No.Member("x"));
    }

    [TestCase("train missing.csv --output x", 3, "error: 'missing.csv' does not exist")]
    [TestCase("train plays.csv --ouput x", 2, "error: unknown option '--ouput'. Did you mean --output?")]
    [TestCase("serve x", 2, "error: gpuals serve runs in one process")]
    public async Task Run_FailsInAllProcesses_SaysItOnce(string arguments, int exitCode, string error)
    {
        foreach (var launcher in Launchers)
        {
            var run = await Folder.RunAsync(launcher, ["-n", "3", .. Tool, .. arguments.Split(' ')]);

            Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
            Assert.That((run.Output + run.Error).Split("error: "), Has.Length.EqualTo(2), run.Error);
            Assert.That(run.Output + run.Error, Does.Contain(error));
        }
    }

    /// <summary>The plays are missing on the machine of one process only: it alone can tell.</summary>
    [Test]
    public async Task Train_FailsInOneProcess_NamesItAndEndsTheOthers([ValueSource(nameof(Launchers))] string launcher)
    {
        Directory.CreateDirectory(Folder.At("elsewhere"));
        string[] command = [.. Tool, .. Train, "--output", "alone"];

        var run = await Folder.RunAsync(
            launcher,
            [
                "-n", "1", "-wdir", Folder.Root, .. command,
                ":", "-n", "1", "-wdir", Folder.At("elsewhere"), .. command,
            ]);

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(
            run.Output + run.Error, Does.Match("error: process 1 of 2 on [^:]+: 'plays.csv' does not exist; expected"));
        Assert.That(run.Time, Is.LessThan(TimeSpan.FromSeconds(30)));
        Assert.That(Folder.Entries(), Has.No.Member("alone"));
    }

    /// <summary>The tool once more, with links to its files, but for the library, which has another version.</summary>
    private string OtherVersion()
    {
        var folder = Directory.CreateDirectory(Folder.At("version-9")).FullName;
        foreach (var path in Directory.EnumerateFileSystemEntries(ToolProcess.Folder))
        {
            var copy = Path.Combine(folder, Path.GetFileName(path));
            if (Path.GetFileName(path) == "GpuAls.dll") File.WriteAllBytes(copy, Patched(File.ReadAllBytes(path)));
            else if (Path.GetFileName(path).StartsWith("GpuAls.Cli")) File.Copy(path, copy);
            else File.CreateSymbolicLink(copy, path);
        }

        return Path.Combine(folder, "GpuAls.Cli.dll");
    }

    /// <summary>An assembly whose version, which is text in its metadata, begins with a 9.</summary>
    private static byte[] Patched(byte[] assembly)
    {
        var version = Encoding.UTF8.GetBytes(ProductVersion.WithCommit);
        var at = assembly.AsSpan().IndexOf(version);
        Assert.That(at, Is.Positive);
        assembly[at] = (byte)'9';
        return assembly;
    }
}
