using System.Globalization;
using System.Text;

namespace GpuAls;

/// <summary>Ids in messages: they may be anything, a binary file taken for text too.</summary>
internal static class Quoted
{
    private const int MaximumRunes = 60;

    /// <summary>An id in quotes, of a length that can be read, on one line and without control characters.</summary>
    public static string Of(string id)
    {
        var text = new StringBuilder("'");
        foreach (var rune in id.EnumerateRunes().Take(MaximumRunes))
            text.Append(IsPlain(rune) ? rune.ToString() : $"\\u{rune.Value:x4}");
        return text.Append('\'').Append(id.EnumerateRunes().Skip(MaximumRunes).Any() ? "…" : "").ToString();
    }

    private static bool IsPlain(Rune rune) => rune != Rune.ReplacementChar
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
