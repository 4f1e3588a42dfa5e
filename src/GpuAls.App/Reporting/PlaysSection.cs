using System.Xml.Linq;
using OxyPlot.Axes;

namespace GpuAls.App;

/// <summary>How plays spread over users and items; a power law is a straight line on logarithmic axes.</summary>
internal static class PlaysSection
{
    /// <summary>The factor between the ends of an axis and those of the data.</summary>
    private const double Room = 1.2;

    public static XElement? Of(IReadOnlyList<PlayDistribution> distributions)
    {
        if (distributions.Count == 0) return null;
        return Html.Section(
            "Plays",
            new XElement("div", new XAttribute("class", "charts"), distributions.Select(Figure)),
            Html.Details("Show the numbers", distributions.Select(Table)));
    }

    private static XElement Figure(PlayDistribution plays)
    {
        var (first, last) = (plays.Points[0], plays.Points[^1]);
        var alt =
            $"Line chart, both axes logarithmic: of {Counted.Of(first.Rows, plays.Row)} each has at least "
                + $"{Counted.Of(first.AtLeast, plays.Column)}, and at most {Html.Number(last.AtLeast)}.";
        return Chart.Figure($"Number of {plays.Row}s with at least n {plays.Column}s", alt, colors =>
        {
            var plot = Chart.Plot(
                colors,
                new LogarithmicAxis
                {
                    Position = AxisPosition.Bottom,
                    Title = $"n ({plays.Column}s per {plays.Row})",
                    Minimum = 1 / Room,
                    Maximum = last.AtLeast * Room,
                },
                new LogarithmicAxis
                {
                    Position = AxisPosition.Left,
                    Title = $"{plays.Row}s",
                    Minimum = 1 / Room,
                    Maximum = first.Rows * Room,
                });
            Chart.AddLine(
                plot, null, colors.Of(0), plays.Points.Select(point => ((double)point.AtLeast, (double)point.Rows)),
                markers: plays.Points.Count < 40);
            return plot;
        });
    }

    private static XElement Table(PlayDistribution plays) => Html.Table(
        $"Number of {plays.Row}s with at least n {plays.Column}s", ["n", $"{plays.Row}s"],
        plays.Points.Select(point => new[] { Html.Number(point.AtLeast), Html.Number(point.Rows) }));
}
