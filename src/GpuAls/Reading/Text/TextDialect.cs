using System.Text;
using System.Text.RegularExpressions;

namespace GpuAls;

/// <summary>How to read a file of delimited text: as the options say, otherwise as its first line shows.</summary>
internal sealed partial record TextDialect
{
    private const int FirstLineBytes = 1 << 16;
    private const int LongestDelimiter = 8;
    private const char Doubled = '"';

    private static readonly char[] Candidates = ['\t', ',', ';', '|'];

    /// <summary>Never detected, because ids may contain them, but suggested if nothing else separates a line.</summary>
    private static readonly char[] Suggestions = [' ', '\u0001', '~', '^', '#', '/', ':'];

    /// <summary>What separates fields, as ASCII.</summary>
    public required byte[] Delimiter { get; init; }

    /// <summary>Whether fields may be quoted; if not, quotes are text like any other.</summary>
    public required bool HasQuotes { get; init; }

    /// <summary>
    /// What makes a quote in a quoted field text: another quote, or a character such as a backslash; null if the file
    /// has to show it.
    /// </summary>
    public required byte? Escape { get; init; }

    /// <summary>What a line that is a comment begins with; empty if there are no comments.</summary>
    public required byte[] CommentPrefix { get; init; }

    /// <summary>Whether blanks around fields do not belong to them.</summary>
    public required bool TrimsBlanks { get; init; }

    /// <summary>
    /// How an error describes the delimiter of the first line, with the option to give; empty unless it seems to be
    /// another than <see cref="Delimiter"/>.
    /// </summary>
    public required string Suggestion { get; init; }

    /// <summary>Finds what the options leave open.</summary>
    /// <param name="file">The file; a name that ends with .tsv means tabs.</param>
    /// <param name="schema">The options.</param>
    /// <param name="start">The first bytes of the text.</param>
    public static TextDialect Of(InputFile file, InteractionSchema schema, ReadOnlySpan<byte> start)
    {
        var comment = Encoding.UTF8.GetBytes(schema.CommentPrefix ?? "");
        var line = FirstLine(start, comment);
        var isTsv =
            InputFormats.ExtensionOf(file.Path, file.Compression).Equals(".tsv", StringComparison.OrdinalIgnoreCase);
        var delimiter = schema.Delimiter ?? (isTsv ? "\t" : DelimiterOf(line, schema));
        return new TextDialect
        {
            Delimiter = Encoding.ASCII.GetBytes(delimiter),
            HasQuotes = delimiter != "\t" || schema.Escape is not null || IsQuotedThroughout(line, delimiter),
            Escape = (byte?)schema.Escape,
            CommentPrefix = comment,
            TrimsBlanks = delimiter.Trim(' ').Length > 0 && HasBlanksAfter(delimiter, line),
            Suggestion = Suggest(line, delimiter, schema),
        };
    }

    /// <summary>The delimiter, if it can be told from ids, numbers, quotes and line ends.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it cannot.</exception>
    public static string CheckedDelimiter(string delimiter)
    {
        Require.Usage(
            delimiter.Length is > 0 and <= LongestDelimiter
                && delimiter.All(character => IsSign(character) && character != Doubled),
            $"--delimiter is '{delimiter}'; expected tab, or 1 to {LongestDelimiter} ASCII characters such as , ; | "
            + ":: (no letters, digits or quotes).");
        return delimiter;
    }

    /// <exception cref="GpuAlsException">Kind Usage: it is not a character that can escape quotes.</exception>
    public static char CheckedEscape(char escape)
    {
        Require.Usage(
            IsSign(escape) && escape != ' ' && !char.IsControl(escape),
            $"--escape is '{escape}'; expected a quote (quotes are doubled), or an ASCII character such as a "
            + "backslash.");
        return escape;
    }

    /// <exception cref="GpuAlsException">Kind Usage: no line can begin with it, or any line does.</exception>
    public static string CheckedComment(string prefix)
    {
        Require.Usage(
            prefix.Length > 0 && !prefix.AsSpan().ContainsAny("\"\r\n\0"),
            $"--comment-prefix is '{prefix}'; expected the beginning of comment lines, such as #.");
        return prefix;
    }

    /// <summary>What may be wrong if columns are not found.</summary>
    public string Hint(string[] header)
    {
        if (header[0].Contains('\0', StringComparison.Ordinal))
            return " It may be UTF-16 without a byte order mark; convert it, for example with: iconv -f UTF-16LE -t "
                + "UTF-8";
        if (header[0] is ['#' or '%' or '!', ..] first)
            return $" If lines that begin with {first[0]} are comments, pass --comment-prefix \"{first[0]}\".";
        if (Suggestion.Length > 0) return $" The first line {Suggestion}.";
        return header.Length == 1 ? " If the line has several columns, pass what separates them with --delimiter." : "";
    }

    private static bool IsSign(char character) =>
        char.IsAscii(character) && !char.IsAsciiLetterOrDigit(character) && character is not ('\r' or '\n' or '\0');

    /// <summary>The first line that is neither empty nor a comment, or the beginning of a very long one.</summary>
    private static string FirstLine(ReadOnlySpan<byte> text, ReadOnlySpan<byte> comment)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny((byte)'\r', (byte)'\n');
            var line = end < 0 ? text : text[..end];
            if (!line.IsEmpty && (comment.IsEmpty || !line.StartsWith(comment)))
                return Encoding.UTF8.GetString(line[..Math.Min(line.Length, FirstLineBytes)]);
            text = end < 0 ? [] : text[(end + 1)..];
        }

        return "";
    }

    /// <summary>
    /// The most frequent candidate; a run of several signs, such as ::, where it is more frequent than any candidate
    /// outside of it.
    /// </summary>
    private static string DelimiterOf(string line, InteractionSchema schema)
    {
        var runs = Runs().Matches(line).Select(match => match.Value).GroupBy(run => run, StringComparer.Ordinal)
            // u||3 may have an empty field
            .Where(group => group.Count() > 1 || schema.HasHeader || !Candidates.Contains(group.Key[0]))
            .OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key.Length).FirstOrDefault();
        var rest = runs is null ? line : line.Replace(runs.Key, "", StringComparison.Ordinal);
        var counts = Array.ConvertAll(Candidates, candidate => rest.AsSpan().Count(candidate));
        if (schema.HasDecimalComma && counts.Sum() > counts[1]) counts[1] = 0;
        var most = counts.Max();
        if (runs is not null && runs.Count() > most) return runs.Key;
        return most == 0 ? "," : $"{Candidates[Array.IndexOf(counts, most)]}";
    }

    private static string Suggest(string line, string delimiter, InteractionSchema schema)
    {
        var plain = QuotedText().Replace(line, "");
        var likely = DelimiterOf(plain, schema);
        if (!plain.Contains(likely, StringComparison.Ordinal))
            likely = $"{Suggestions.OrderByDescending(sign => plain.AsSpan().Count(sign)).First()}";
        if (plain.AsSpan().Count(likely) <= plain.AsSpan().Count(delimiter)) return "";
        var (name, option) = likely switch
        {
            "\t" => ("tabs", "tab"),
            "," => ("commas", "','"),
            ";" => ("semicolons", "';'"),
            "|" => ("bars", "'|'"),
            " " => ("spaces", "' '"),
            "\u0001" => ("Ctrl-A (U+0001)", "$'\\x01'"),
            _ => ($"'{likely}'", $"'{likely}'"),
        };
        return $"seems to be separated by {name}; try --delimiter {option}";
    }

    private static bool IsQuotedThroughout(string line, string delimiter)
    {
        var fields = line.Split(delimiter);
        return fields.Length > 1 && Array.TrueForAll(fields, field => field is [Doubled, .., Doubled]);
    }

    private static bool HasBlanksAfter(string delimiter, string line)
    {
        var fields = QuotedText().Replace(line, "").Split(delimiter);
        return fields.Length > 1 && fields.Skip(1).All(field => field is [' ', ..]);
    }

    [GeneratedRegex(@"[:;|~^@]{2,4}")]
    private static partial Regex Runs();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex QuotedText();
}
