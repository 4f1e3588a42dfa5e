using System.Globalization;
using Spectre.Console;

namespace GpuAls.Cli.Commands;

/// <summary><c>gpuals devices</c>: what can be used, what cannot and why.</summary>
internal static class DevicesCommand
{
    public static ToolCommand Definition { get; } = new ToolCommand<NoOptions>(
        "devices",
        "List the devices, and say why some cannot be used",
        static () => NoOptions.Table,
        (_, console, _) => Task.FromResult(Run(console)),
        isOnDevice: false);

    private static int Run(CliConsole console)
    {
        var table = new Table().AddColumns("device", "usable", "name", "memory", "note").Border(TableBorder.Simple);
        foreach (var device in DeviceCatalog.List())
        {
            var memory = device.MemoryBytes is { } bytes
                ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB")
                : "";
            table.AddRow(
                Markup.Escape(device.Id),
                device.IsUsable ? "yes" : "no",
                Markup.Escape(device.Name),
                memory,
                Markup.Escape(device.Note));
        }

        Tables.Write(console.Out, table);
        return ExitCode.Done;
    }
}
