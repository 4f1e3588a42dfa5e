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
        var marks = samples.Any(sample => sample.HeldOut is not null) ? $" {Mark}: held out, so a hit." : "";
        return Html.Section(
            "Sample lists",
            Html.Paragraph($"{Counted.Of(samples.Count, "user")}, from the one with the most items to the one with the fewest.{marks}"),
            new XElement("div", new XAttribute("class", "samples"), samples.Select(Lists)));
    }

    private static XElement Lists(SampleList sample)
    {
        var (best, column, value) = sample.Feedback == Feedback.Explicit ? ("best rated", "rated best", "rating") : ("most played", "played most", "plays");
        return new XElement(
            "article",
            new XElement("h3", Html.Clean(sample.User)),
            Html.Table(
                $"{sample.User}: the {best} of {Counted.Of(sample.PlayCount, "item")}, and the list", ["", column, value, "recommended", "score"],
                Enumerable.Range(0, Math.Max(sample.Played.Count, sample.Recommended.Count)).Select(place => Row(sample, place))));
    }

    private static string[] Row(SampleList sample, int place)
    {
        var (played, recommended) = (sample.Played.ElementAtOrDefault(place), sample.Recommended.ElementAtOrDefault(place));
        var isHit = recommended is not null && sample.HeldOut?.Contains(recommended.Id) == true;
        return
        [
            Html.Number(place + 1), played?.Id ?? "", played is null ? "" : Html.Number(played.Value),
            recommended is null ? "" : isHit ? $"{recommended.Id} {Mark}" : recommended.Id, recommended?.Value.ToString("F4", CultureInfo.InvariantCulture) ?? "",
        ];
    }
}
