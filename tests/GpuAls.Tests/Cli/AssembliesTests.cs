namespace GpuAls.Tests.Cli;

/// <summary>What a run does not need is not loaded: the tool is run beside assemblies that are empty files.</summary>
public sealed class AssembliesTests
{
    private static readonly string[] Copied =
        ["GpuAls.Cli.dll", "GpuAls.Cli.deps.json", "GpuAls.Cli.runtimeconfig.json"];

    private static readonly string[] OfConnectors = ["Npgsql.dll", "SQLitePCLRaw.core.dll"];

    private static readonly string[] OfTelemetry =
        ["OpenTelemetry.dll", "OpenTelemetry.Api.dll", "OpenTelemetry.Exporter.OpenTelemetryProtocol.dll"];

    [Test]
    [Platform("Linux")]
    public async Task Train_FromFiles_LoadsNothingOfDatabasesAndTelemetry()
    {
        using var folder = new TempFolder();
        foreach (var file in Directory.GetFileSystemEntries(ToolProcess.Folder))
        {
            var name = Path.GetFileName(file);
            if (OfConnectors.Concat(OfTelemetry).Contains(name)) File.WriteAllText(folder.At(name), "");
            else if (Copied.Contains(name)) File.Copy(file, folder.At(name));
            else File.CreateSymbolicLink(folder.At(name), file);
        }

        File.WriteAllText(folder.At("plays.csv"), "user,item\na,b\nb,c\nc,a\n");
        var tool = ToolProcess.Command.Replace(ToolProcess.Folder, folder.Root);

        var trained = await ToolProcess.RunAsync(
            $"{tool} train '{folder.At("plays.csv")}' --output '{folder.At("model")}' --device cpu --rank 2");
        var control = await ToolProcess.RunAsync(
            $"{tool} evaluate postgres://127.0.0.1:1/shop --table plays --device cpu");

        var told = await ToolProcess.RunAsync(
            $"{tool} evaluate '{folder.At("plays.csv")}' --device cpu --rank 2",
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"));

        Assert.That(OfConnectors.Concat(OfTelemetry).Select(name => folder.At(name)), Is.All.Exist);
        Assert.That(trained.ExitCode, Is.Zero, trained.Error);
        Assert.That(
            told.Error, Does.Contain("Could not load file or assembly 'OpenTelemetry"), "with a collector it is");
        Assert.That(control.Error, Does.Contain("Could not load file or assembly 'Npgsql"), "with a database they are");
    }
}
