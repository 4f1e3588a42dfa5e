namespace GpuAls;

/// <summary>What separates the fields of a text file.</summary>
internal static class Delimiters
{
    private const int FirstLineChars = 1 << 16;

    private static readonly char[] Candidates = ['\t', ',', ';', '|'];

    /// <summary>Tab for .tsv; else the candidate that is most frequent in the first line.</summary>
    /// <param name="file">The file.</param>
    /// <param name="start">Its first bytes.</param>
    public static char Of(InputFile file, ReadOnlyMemory<byte> start)
    {
        if (InputFormats.ExtensionOf(file.Path, file.Compression).Equals(".tsv", StringComparison.OrdinalIgnoreCase)) return '\t';
        var line = FirstLine(start);
        var counts = Array.ConvertAll(Candidates, candidate => line.AsSpan().Count(candidate));
        return counts.Max() == 0 ? ',' : Candidates[Array.IndexOf(counts, counts.Max())];
    }

    /// <summary>The delimiter, if it can be told from ids, numbers, quotes and line ends.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it cannot.</exception>
    public static char Checked(char delimiter)
    {
        Require.Usage(
            char.IsAscii(delimiter) && !char.IsAsciiLetterOrDigit(delimiter) && delimiter is not ('"' or '\r' or '\n' or '\0'),
            $"--delimiter is '{delimiter}'; expected a tab or an ASCII sign such as , ; | that is no letter, digit or quote.");
        return delimiter;
    }

    /// <summary>The first line, or the beginning of a very long one.</summary>
    private static string FirstLine(ReadOnlyMemory<byte> start)
    {
        using var reader = TextSource.Decode(new AheadStream(start, Stream.Null), mayHaveMark: true);
        var text = new char[FirstLineChars];
        var length = reader.ReadBlock(text);
        var end = text.AsSpan(0, length).IndexOfAny('\r', '\n');
        return new string(text, 0, end < 0 ? length : end);
    }
}
