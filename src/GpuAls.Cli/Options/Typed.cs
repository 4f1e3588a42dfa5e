using System.Buffers;
using System.CommandLine;

namespace GpuAls.Cli.Options;

/// <summary>The command line, to be typed again.</summary>
internal static class Typed
{
    /// <summary>What any shell leaves as it is.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+@%");

    public static string Of(ParseResult result) => string.Join(' ', result.Tokens.Select(token => Quote(token.Value)).Prepend("gpuals"));

    private static string Quote(string word) =>
        word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Plain) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
