using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace GpuAls.App;

/// <summary>Elements of a page. Text is escaped when the page is written, whatever it holds.</summary>
internal static class Html
{
    /// <summary>A part of the page with a heading of its own.</summary>
    public static XElement Section(string title, params object?[] content) =>
        new("section", new XElement("h2", title), content);

    /// <summary>A paragraph.</summary>
    public static XElement Paragraph(string text) => new("p", Clean(text));

    /// <summary>A table that scrolls in its box where it is too wide.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="head">The heads of the columns.</param>
    /// <param name="rows">The cells; the first of a row is its head.</param>
    public static XElement Table(
        string caption, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows) => new(
        "div", new XAttribute("class", "scroll"), new XAttribute("tabindex", "0"), new XAttribute("role", "region"),
        new XAttribute("aria-label", Clean(caption)),
        new XElement(
            "table",
            new XElement("caption", Clean(caption)),
            new XElement("thead", new XElement("tr", head.Select(title => Cell("th", title, "col")))),
            new XElement("tbody", rows.Select(Row))));

    /// <summary>What is there for those who ask.</summary>
    public static XElement Details(string summary, params object?[] content) =>
        new("details", new XElement("summary", summary), content);

    /// <summary>A number with some digits that count.</summary>
    public static string Number(double value) =>
        value.ToString(Math.Abs(value) < 100 ? "0.####" : "#,0.#", CultureInfo.InvariantCulture);

    /// <summary>A whole number.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>
    /// Text without what XML cannot hold: ids may have control characters and halves of surrogate pairs.
    /// </summary>
    public static string Clean(string text)
    {
        if (text.All(XmlConvert.IsXmlChar)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString());
        return clean.ToString();
    }

    private static XElement Row(IReadOnlyList<string> cells) =>
        new("tr", cells.Select((cell, column) => column == 0 ? Cell("th", cell, "row") : Cell("td", cell, null)));

    private static XElement Cell(string name, string text, string? scope) =>
        new(name, scope is null ? null : new XAttribute("scope", scope), Clean(text));
}
