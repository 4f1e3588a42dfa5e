using System.Buffers;

namespace GpuAls.App;

/// <summary>A word of a command line, to be typed again.</summary>
public static class ShellWord
{
    /// <summary>What no shell gives a meaning of its own.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,@%+=");

    /// <summary>The word, in quotes where a shell would read it otherwise.</summary>
    public static string Quote(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Plain) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
