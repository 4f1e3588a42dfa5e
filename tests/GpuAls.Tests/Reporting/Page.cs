using System.Text;
using System.Xml.Linq;

namespace GpuAls.Tests.Reporting;

/// <summary>A page as a browser gets it: what it says and what it loads.</summary>
internal sealed class Page
{
    private const string Svg = "data:image/svg+xml;base64,";

    private readonly XDocument _document;

    /// <summary>Reads a page, which is well-formed XML behind its first line.</summary>
    public Page(string html)
    {
        var first = html.IndexOf('\n', StringComparison.Ordinal);
        Assert.That(html[..first], Is.EqualTo("<!DOCTYPE html>"));
        _document = XDocument.Parse(html[first..]);
    }

    public static Page Read(string path) => new(File.ReadAllText(path));

    public IEnumerable<XElement> All(string name) => _document.Descendants(name);

    /// <summary>The cells of the rows of all tables whose caption has some text.</summary>
    public string[][] Rows(string caption) =>
    [
        .. All("table")
            .Where(table => table.Element("caption")!.Value.Contains(caption))
            .SelectMany(table => table.Element("tbody")!.Elements("tr"))
            .Select(row => row.Elements().Select(cell => cell.Value).ToArray())
    ];

    /// <summary>The value of a fact of the head.</summary>
    public string Fact(string name) =>
        All("dt").Single(term => term.Value == name).ElementsAfterSelf("dd").Single().Value;

    /// <summary>The charts of a colour scheme, as SVG.</summary>
    public XDocument[] Charts(bool isDark) =>
    [
        .. All("picture")
            .Select(picture => isDark
                ? picture.Element("source")!.Attribute("srcset")!
                : picture.Element("img")!.Attribute("src")!)
            .Select(source => Decode(source.Value))
    ];

    /// <summary>Everything that a browser would load, or run.</summary>
    public void AssertNeedsNothingElse()
    {
        string[] loading = ["src", "srcset", "href", "data", "action", "poster", "background"];
        Assert.That(
            _document.Descendants().Attributes().Where(attribute => loading.Contains(attribute.Name.LocalName))
                .Select(attribute => attribute.Value),
            Is.All.StartsWith(Svg));
        Assert.That(
            _document.Descendants().Attributes()
                .Where(attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal)),
            Is.Empty);
        foreach (var name in new[] { "script", "link", "iframe", "object", "embed", "base" })
            Assert.That(All(name), Is.Empty, name);
        Assert.That(All("style").Single().Value, Does.Not.Contain("url(").And.Not.Contain("@import"));
        foreach (var chart in Charts(isDark: false).Concat(Charts(isDark: true)))
            Assert.That(
                chart.Descendants().Attributes().Where(attribute => attribute.Name.LocalName == "href")
                    .Select(attribute => attribute.Value),
                Is.All.StartsWith("data:"));
    }

    private static XDocument Decode(string source)
    {
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(source[Svg.Length..]));
        return XDocument.Parse(text[text.IndexOf("<svg", StringComparison.Ordinal)..]);
    }
}
