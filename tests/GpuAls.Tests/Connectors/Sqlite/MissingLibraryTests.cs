using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Connectors.Sqlite;

/// <summary>Without SQLite's native library, runs say what is missing and where it belongs.</summary>
public sealed class MissingLibraryTests
{
    [Test]
    public async Task Run_WithoutTheNativeLibrary_SaysWhatIsMissingAndWhereItBelongs()
    {
        using var folder = new TempFolder();
        var program = Directory.CreateDirectory(folder.At("program")).FullName;
        foreach (var file in Directory.GetFiles(ToolProcess.Folder)) // not the libraries for systems, which are below
            File.Copy(file, Path.Combine(program, Path.GetFileName(file)));
        var plays = folder.At("plays.csv");
        await Tool.SucceedAsync("sample", "--output", plays, "--users", "20", "--items", "20", "--plays", "100");
        var tool = Path.Combine(program, "GpuAls.Cli");
        var train = $"'{tool}' train --device cpu --rank 4 --output '{folder.At("model")}'";
        var database = $"sqlite:{folder.At("shop.db")}";

        var input = await ToolProcess.RunAsync($"{train} '{database}' --table plays");
        var output = await ToolProcess.RunAsync(
            $"{train} '{plays}' --recommendations '{database}' --recommendations-table lists");

        Assert.That((input.ExitCode, output.ExitCode), Is.EqualTo((3, 5)), input.Error + output.Error);
        foreach (var error in new[] { input.Error, output.Error })
            Assert.That(
                error,
                Does.Contain($"{database}: the native library of SQLite, ")
                    .And.Contain("e_sqlite3").And.Contain($"into {program}").And.Not.Contain("inside gpuals"));
    }
}
