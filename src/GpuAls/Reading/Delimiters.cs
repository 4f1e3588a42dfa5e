namespace GpuAls.Reading;

/// <summary>What separates the fields of a text file.</summary>
internal static class Delimiters
{
    private static readonly char[] Candidates = ['\t', ',', ';', '|'];

    /// <summary>The given one; tab for .tsv; else the candidate that is most frequent in the first line.</summary>
    public static char Choose(InputFile file, InteractionSchema schema, string firstLine)
    {
        if (schema.Delimiter is { } given) return given;
        if (file.Path.Contains(".tsv", StringComparison.OrdinalIgnoreCase)) return '\t';
        var counts = Array.ConvertAll(Candidates, candidate => firstLine.AsSpan().Count(candidate));
        return counts.Max() == 0 ? ',' : Candidates[Array.IndexOf(counts, counts.Max())];
    }

    /// <summary>The first line of a file, without its end.</summary>
    public static string FirstLine(InputFile file)
    {
        using var source = new TextSource(file);
        return source.Reader.ReadLine() ?? "";
    }
}
