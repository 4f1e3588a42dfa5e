using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GpuAls.Cli;

/// <summary>
/// Lists for people: below each user the items with their ranks, scores and names. Control characters of ids are not
/// sent to the terminal.
/// </summary>
/// <param name="columns">Ids and names.</param>
internal sealed class ListTable(ListColumns columns) : IListEncoder
{
    /// <summary>Ids and names are padded to the longest of a list, up to this width.</summary>
    private const int MostPadding = 40;

    /// <summary>The format of stdout.</summary>
    public static ListFormat Format { get; } = new("", columns => new ListTable(columns));

    /// <summary>Small, so that the first lists are shown at once.</summary>
    public int BlockRows => 1 << 12;

    public ReadOnlyMemory<byte> Start() => default;

    public EncodedLists Encode(ListBlock block)
    {
        var text = new StringBuilder();
        foreach (var list in block.Lists()) Append(text, list);
        return new EncodedLists(Encoding.UTF8.GetBytes(text.ToString()));
    }

    public void WrittenAt(EncodedLists block, long offset)
    {
        // Nothing depends on it.
    }

    public ReadOnlyMemory<byte> End() => default;

    private void Append(StringBuilder text, in UserList list)
    {
        var (items, scores) = (list.Items, list.Scores);
        text.Append(Plain(columns.Model.Users.Format(list.User)));
        if (Name(columns.ListNames, list.User) is { Length: > 0 } name) text.Append("  ").Append(name);
        text.Append('\n');
        string[] ids = [.. items.ToArray().Select(item => Plain(columns.Model.Items.Format(item)))];
        string[] names = [.. items.ToArray().Select(item => Name(columns.ListedNames, item))];
        if (ids.Length == 0) text.Append("  nothing is left to list\n");
        var rankWidth = TextOf(ids.Length).Length;
        var (idWidth, nameWidth) = (Widest(ids), Widest(names));
        for (var position = 0; position < ids.Length; position++)
        {
            text.Append("  ").Append(TextOf(position + 1).PadLeft(rankWidth)).Append("  ");
            Pad(text, ids[position], idWidth);
            if (nameWidth > 0) Pad(text, names[position], nameWidth);
            text.Append(CultureInfo.InvariantCulture, $"{scores.Span[position]:0.0000}\n");
        }

        text.Append('\n');
    }

    private static string TextOf(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Name(IdIndex<string>? names, int index) => names is null ? "" : Plain(names.Ids.Span[index]);

    private static int Widest(string[] texts) => Math.Min(MostPadding, texts.Length == 0 ? 0 : texts.Max(Width));

    private static void Pad(StringBuilder text, string value, int width) =>
        text.Append(value).Append(' ', Math.Max(0, width - Width(value)) + 2);

    /// <summary>Columns of a terminal: characters of East Asia take two.</summary>
    private static int Width(string text) => Segment.CellCount([new Segment(text, Style.Plain)]);

    /// <summary>An id or a name without control characters.</summary>
    public static string Plain(string id)
    {
        if (!id.EnumerateRunes().Any(IsControl)) return id;
        return string.Concat(id.EnumerateRunes().Select(rune => IsControl(rune) ? "�" : rune.ToString()));
    }

    private static bool IsControl(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
