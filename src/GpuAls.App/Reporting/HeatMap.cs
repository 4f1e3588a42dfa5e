using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace GpuAls.App;

/// <summary>A metric over two parameters.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="IsLowerBetter">Whether a lower number is the better one; the better is the brighter.</param>
/// <param name="X">The parameter across.</param>
/// <param name="Columns">Its values, rising.</param>
/// <param name="Y">The parameter upwards.</param>
/// <param name="Rows">Its values, rising.</param>
/// <param name="Values">[columns, rows]; NaN where nothing was measured.</param>
internal sealed record HeatMap(
    string Metric, bool IsLowerBetter, string X, string[] Columns, string Y, string[] Rows, double[,] Values)
{
    private const int Shades = 200;
    private const double LabelSize = 0.22; // of a cell

    /// <summary>The map as a figure, with its numbers in the alternative text.</summary>
    public static XElement Figure(HeatMap map)
    {
        var rows = map.Rows.Select((value, row) =>
        {
            var cells = map.Columns.Select((_, column) => MetricTitles.Number(map.Values[column, row]));
            return $"{map.Y} {value}: {string.Join(", ", cells)}";
        });
        var alt =
            $"Heat map: the best {map.Metric} for {map.X} {string.Join(", ", map.Columns)}. {string.Join("; ", rows)}.";
        return Chart.Figure($"Best {map.Metric} by {map.X} and {map.Y}", alt, map.Draw);
    }

    private PlotModel Draw(ChartColors colors)
    {
        var plot = Chart.Plot(colors, Axis(AxisPosition.Bottom, X, Columns), Axis(AxisPosition.Left, Y, Rows));
        var palette = OxyPalettes.Viridis(Shades);
        plot.Axes.Add(new LinearColorAxis
        {
            Position = AxisPosition.Right,
            Palette = IsLowerBetter ? palette.Reverse() : palette,
            InvalidNumberColor = OxyColors.Transparent,
            TicklineColor = colors.Text,
            MinorTickSize = 0,
        });
        plot.Series.Add(new HeatMapSeries
        {
            X0 = 0,
            X1 = Columns.Length - 1,
            Y0 = 0,
            Y1 = Rows.Length - 1,
            Data = Values,
            Interpolate = false,
            RenderMethod = HeatMapRenderMethod.Rectangles,
            LabelFontSize = LabelSize,
            LabelFormatString = "F4",
        });
        return plot;
    }

    private static CategoryAxis Axis(AxisPosition position, string title, string[] values)
    {
        var axis = new CategoryAxis { Position = position, Title = title };
        axis.Labels.AddRange(values);
        return axis;
    }
}
