using System.Globalization;
using Spectre.Console;

namespace GpuAls.Bench;

/// <summary>Tables of results as Markdown, under a line that says what measured.</summary>
internal static class ResultTable
{
    private const int Width = 180;

    /// <summary>A table without rows.</summary>
    /// <param name="names">Columns of words.</param>
    /// <param name="numbers">Columns of numbers.</param>
    public static Table Create(string[] names, string[] numbers)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumns(names);
        foreach (var name in numbers) table.AddColumn(new TableColumn(name).RightAligned());
        return table;
    }

    /// <summary>Prints a table below some lines.</summary>
    public static void Print(Table table, TextWriter results, params string[] lines)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(results) });
        console.Profile.Width = Width;
        foreach (var line in lines) results.WriteLine(line);
        console.Write(table);
    }

    public static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
