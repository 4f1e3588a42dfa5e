using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace GpuAls.App;

/// <summary>Writes a page on a run: one HTML file that needs nothing else, no network and no script.</summary>
internal static class ReportWriter
{
    /// <summary>What the page may load: its own style and its own pictures, and nothing from elsewhere.</summary>
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    private static readonly XmlWriterSettings Settings = new()
    {
        OmitXmlDeclaration = true,
        ConformanceLevel = ConformanceLevel.Fragment,
        NewLineChars = "\n",
        Indent = true,
        IndentChars = "",
    };

    /// <summary>Checks the name of a page.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it does not end with .html or .htm.</exception>
    public static void CheckName(string path) => Require.Usage(
        Path.GetExtension(path).ToUpperInvariant() is ".HTML" or ".HTM",
        $"cannot write a report to '{path}': the extension is '{Path.GetExtension(path)}'; expected .html.");

    /// <summary>Writes a page.</summary>
    /// <param name="stream">The file; stays open.</param>
    /// <param name="data">What it shows.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task WriteAsync(Stream stream, ReportData data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(data);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(ToHtml(data)), cancellation).ConfigureAwait(false);
    }

    /// <summary>The page as text.</summary>
    internal static string ToHtml(ReportData data)
    {
        var page = new StringBuilder("<!DOCTYPE html>\n");
        using (var writer = XmlWriter.Create(page, Settings)) Page(data).WriteTo(writer);
        return page.Append('\n').ToString();
    }

    private static XElement Page(ReportData data) => new(
        "html", new XAttribute("lang", "en"),
        new XElement(
            "head",
            new XElement("meta", new XAttribute("charset", "utf-8")),
            Meta("http-equiv", "Content-Security-Policy", Policy),
            Meta("name", "viewport", "width=device-width, initial-scale=1"),
            Meta("name", "color-scheme", "light dark"),
            new XElement("title", data.Title),
            new XElement("style", Style())),
        new XElement(
            "body",
            new XElement(
                "main",
                new XElement("h1", data.Title),
                FactsSection.Of(data.Facts),
                MetricsSection.Of(data.Evaluation, data.Metrics),
                TrialsSection.Of(data.Search),
                TrainingSection.Of(data.Trainings),
                PlaysSection.Of(data.Distributions),
                TimingsSection.Of(data.TimingsSeconds),
                SamplesSection.Of(data.Samples))));

    private static XElement Meta(string kind, string name, string content) =>
        new("meta", new XAttribute(kind, name), new XAttribute("content", content));

    private static string Style()
    {
        using var stream = typeof(ReportWriter).Assembly.GetManifestResourceStream(
            $"{typeof(ReportWriter).Namespace}.page.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
