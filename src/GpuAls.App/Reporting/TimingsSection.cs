using System.Globalization;
using System.Xml.Linq;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace GpuAls.App;

/// <summary>Where the time went.</summary>
internal static class TimingsSection
{
    private const int AxisHeight = 60;
    private const int BarHeight = 34;

    private static readonly Dictionary<string, string> Titles = new()
    {
        ["read"] = "read and index",
        ["build_matrices"] = "build matrices",
        ["read_model"] = "read the model",
        ["gpuals"] = "train and measure",
        ["similar_items"] = "find similar items",
        ["intervals"] = "bootstrap",
        ["write_model"] = "write the model",
        ["recommend"] = "make and write lists",
    };

    public static XElement? Of(IReadOnlyDictionary<string, double> seconds)
    {
        if (seconds.Count == 0) return null;
        var phases = seconds
            .Select(phase => (Title: Titles.GetValueOrDefault(phase.Key, phase.Key), Seconds: phase.Value))
            .ToArray();
        return Html.Section(
            "Time",
            new XElement("div", new XAttribute("class", "charts"), Figure(phases), Table(phases)));
    }

    private static XElement Figure((string Title, double Seconds)[] phases)
    {
        var longest = phases.MaxBy(phase => phase.Seconds);
        var alt =
            $"Bar chart: seconds of each phase. The longest is \"{longest.Title}\" with "
                + $"{Html.Number(longest.Seconds)} s.";
        return Chart.Figure("Time per phase", alt, colors =>
        {
            // From the top down, as the table has them.
            var names = new CategoryAxis
            {
                Position = AxisPosition.Left,
                StartPosition = 1,
                EndPosition = 0,
                GapWidth = 0.5,
            };
            names.Labels.AddRange(phases.Select(phase => phase.Title));
            var plot = Chart.Plot(
                colors, names,
                new LinearAxis
                {
                    Position = AxisPosition.Bottom,
                    Title = "seconds",
                    Minimum = 0,
                    MaximumPadding = 0.05,
                });
            var bars = new BarSeries { FillColor = colors.Of(0) };
            bars.Items.AddRange(phases.Select(phase => new BarItem(phase.Seconds)));
            plot.Series.Add(bars);
            return plot;
        }, AxisHeight + (BarHeight * phases.Length));
    }

    private static XElement Table((string Title, double Seconds)[] phases)
    {
        var total = phases.Sum(phase => phase.Seconds);
        var rows = phases.Append((Title: "total", Seconds: total));
        return Html.Table("Time per phase", ["phase", "seconds", "share"], rows.Select(Row));

        string[] Row((string Title, double Seconds) phase) =>
        [
            phase.Title,
            Text($"{phase.Seconds:F3}"),
            Text($"{100 * phase.Seconds / Math.Max(total, double.Epsilon):F1} %"),
        ];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
