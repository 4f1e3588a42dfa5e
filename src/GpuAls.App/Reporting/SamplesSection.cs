using System.Globalization;
using System.Xml.Linq;

namespace GpuAls.App;

/// <summary>A few users: what they played most, and what is recommended.</summary>
internal static class SamplesSection
{
    private const string Mark = "✓";

    public static XElement? Of(IReadOnlyList<SampleList> samples)
    {
        if (samples.Count == 0) return null;
        var marks = samples.Any(sample => sample.HeldOut is not null)
            ? $" {Mark} marks hits: held-out items."
            : "";
        return Html.Section(
            "Sample lists",
            Html.Paragraph(
                $"{Counted.Of(samples.Count, "user")}, sorted by number of items, most first.{marks}"),
            new XElement("div", new XAttribute("class", "samples"), samples.Select(Lists)));
    }

    private static XElement Lists(SampleList sample)
    {
        var (best, value) =
            sample.Feedback == Feedback.Explicit ? ("top rated", "rating") : ("most played", "plays");
        return new XElement(
            "article",
            new XElement("h3", Html.Clean(sample.User)),
            Html.Table(
                $"{sample.User}: {best} of {Counted.Of(sample.PlayCount, "item")}, and recommendations",
                ["", best, value, "recommended", "score"],
                Enumerable.Range(
                    0, Math.Max(sample.Played.Count, sample.Recommended.Count)).Select(row => Row(sample, row))));
    }

    private static string[] Row(SampleList sample, int row)
    {
        var (played, recommended) = (sample.Played.ElementAtOrDefault(row), sample.Recommended.ElementAtOrDefault(row));
        var isHit = recommended is not null && sample.HeldOut?.Contains(recommended.Id) == true;
        return
        [
            Html.Number(row + 1), played?.Id ?? "", played is null ? "" : Html.Number(played.Value),
            recommended is null ? "" : isHit ? $"{recommended.Id} {Mark}" : recommended.Id,
            recommended?.Value.ToString("F4", CultureInfo.InvariantCulture) ?? "",
        ];
    }
}
