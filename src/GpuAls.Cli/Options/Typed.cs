using System.CommandLine;
using GpuAls.App;

namespace GpuAls.Cli.Options;

/// <summary>The command line, to be typed again.</summary>
internal static class Typed
{
    public static string Of(ParseResult result) => string.Join(' ', result.Tokens.Select(token => ShellWord.Quote(token.Value)).Prepend("gpuals"));
}
