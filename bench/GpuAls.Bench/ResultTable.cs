using System.Globalization;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace GpuAls.Bench;

/// <summary>Tables of results as Markdown, preceded by lines that describe the measurement.</summary>
internal static class ResultTable
{
    private const int Width = 180;

    /// <summary>Creates a table without rows.</summary>
    /// <param name="names">Text columns.</param>
    /// <param name="numbers">Number columns, aligned right.</param>
    public static Table Create(string[] names, string[] numbers)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumns(names);
        foreach (var name in numbers) table.AddColumn(new TableColumn(name).RightAligned());
        return table;
    }

    /// <summary>Prints lines of text, then a table.</summary>
    public static void Print(Table table, TextWriter results, params string[] lines)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(results) });
        console.Profile.Width = Width;
        foreach (var line in lines) results.WriteLine(line);
        console.Write(table);
    }

    public static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The machine that measured, printed above every table.</summary>
internal static class Machine
{
    private const double Gibibyte = 1 << 30;

    public static string Line { get; } = string.Join(
        "; ",
        ResultTable.Text($"{ProcessorName.Read()}, {Environment.ProcessorCount} cores, {Gibibytes:F0} GiB"),
        RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription, $"gpuals {ProductVersion.Text}");

    private static double Gibibytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Gibibyte;
}
