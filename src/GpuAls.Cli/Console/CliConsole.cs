namespace GpuAls.Cli;

/// <summary>Where the tool writes: results to <see cref="Out"/>, all else to <see cref="Error"/>. Tests put their own writers in.</summary>
/// <param name="Out">Results only.</param>
/// <param name="Error">Progress, warnings, errors.</param>
/// <param name="IsTerminal">Whether <paramref name="Error"/> is a terminal that can draw bars.</param>
internal sealed record CliConsole(TextWriter Out, TextWriter Error, bool IsTerminal)
{
    public static CliConsole System() => new(
        global::System.Console.Out, global::System.Console.Error, !global::System.Console.IsErrorRedirected);
}
