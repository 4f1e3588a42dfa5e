using Spectre.Console;
using Spectre.Console.Rendering;

namespace GpuAls.Cli;

/// <summary>
/// Tables on stdout: wide enough for their content when it is not a terminal, without colour codes there.
/// </summary>
internal static class Tables
{
    private const int WidthWithoutTerminal = 200;

    public static void Write(TextWriter writer, IRenderable content)
    {
        var isTerminal = ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected;
        var output = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            });
        if (!isTerminal) output.Profile.Width = WidthWithoutTerminal;
        output.Write(content);
    }
}
