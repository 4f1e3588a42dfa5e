using System.Globalization;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace GpuAls.App;

/// <summary>Charts as figures of a page: drawn twice, for light and dark, and held by the page itself.</summary>
internal static class Chart
{
    private const int Width = 420;
    private const int DefaultHeight = 290;
    private const double LongestTick = 1e7;

    /// <summary>A figure.</summary>
    /// <param name="caption">What is shown.</param>
    /// <param name="alt">The same and what it says, for those who cannot see it.</param>
    /// <param name="draw">Draws it in some colours.</param>
    /// <param name="height">Its height where it is <see cref="Width"/> wide.</param>
    public static XElement Figure(
        string caption, string alt, Func<ChartColors, PlotModel> draw, int height = DefaultHeight) => new(
        "figure",
        new XElement("figcaption", caption),
        new XElement(
            "picture",
            new XElement(
                "source", new XAttribute("media", "(prefers-color-scheme: dark)"),
                new XAttribute("srcset", Svg(draw(ChartColors.Dark), height))),
            new XElement(
                "img", new XAttribute("src", Svg(draw(ChartColors.Light), height)), new XAttribute("alt", alt),
                new XAttribute("width", Width), new XAttribute("height", height))));

    /// <summary>An empty plot with axes.</summary>
    public static PlotModel Plot(ChartColors colors, params Axis[] axes)
    {
        var plot = new PlotModel
        {
            DefaultFont = "Arial",
            DefaultFontSize = 13,
            TextColor = colors.Text,
            PlotAreaBorderThickness = new OxyThickness(0),
            Padding = new OxyThickness(4, 8, 14, 4),
        };
        foreach (var axis in axes)
        {
            (axis.TicklineColor, axis.AxislineColor, axis.MajorGridlineColor) = (colors.Grid, colors.Text, colors.Grid);
            (axis.AxislineStyle, axis.MinorTickSize) = (LineStyle.Solid, 0);
            if (axis is not CategoryAxis) (axis.MajorGridlineStyle, axis.LabelFormatter) = (LineStyle.Solid, Tick);
            plot.Axes.Add(axis);
        }

        return plot;
    }

    /// <summary>Names the series above the plot.</summary>
    public static void AddLegend(PlotModel plot) => plot.Legends.Add(new Legend
    {
        LegendPlacement = LegendPlacement.Outside,
        LegendPosition = LegendPosition.TopLeft,
        LegendOrientation = LegendOrientation.Horizontal,
        LegendMargin = 0,
        LegendBorderThickness = 0,
    });

    /// <summary>Adds points, joined by a line.</summary>
    public static void AddLine(
        PlotModel plot, string? title, OxyColor color, IEnumerable<(double X, double Y)> points, bool markers = true)
    {
        var line = new LineSeries
        {
            Title = title,
            Color = color,
            StrokeThickness = 2,
            MarkerFill = color,
            MarkerSize = 3,
            MarkerType = markers ? MarkerType.Circle : MarkerType.None,
        };
        line.Points.AddRange(
            points.Where(point => double.IsFinite(point.Y)).Select(point => new DataPoint(point.X, point.Y)));
        plot.Series.Add(line);
    }

    private static string Tick(double value) =>
        value.ToString(Math.Abs(value) < LongestTick ? "#,0.######" : "0.###E0", CultureInfo.InvariantCulture);

    /// <summary>Writes a plot as SVG.</summary>
    public static void WriteSvg(PlotModel plot, Stream stream, int width, int height) => new SvgExporter
    {
        Width = width,
        Height = height,
        TextMeasurer = new TextMeasure(width, height),
    }.Export(plot, stream);

    private static string Svg(PlotModel plot, int height)
    {
        using var svg = new MemoryStream();
        WriteSvg(plot, svg, Width, height);
        return $"data:image/svg+xml;base64,{Convert.ToBase64String(svg.ToArray())}";
    }
}

/// <summary>The colours of charts, for light pages and for dark ones.</summary>
/// <param name="Text">Titles, labels and axes.</param>
/// <param name="Grid">Lines behind the data.</param>
/// <param name="Series">
/// One for each series, told apart also by those who see few colours (after Okabe and Ito).
/// </param>
internal sealed record ChartColors(OxyColor Text, OxyColor Grid, IReadOnlyList<OxyColor> Series)
{
    public static ChartColors Light { get; } = new(
        OxyColor.Parse("#1f2328"), OxyColor.Parse("#d8dde3"),
        [
            OxyColor.Parse("#0062a3"), OxyColor.Parse("#b84700"), OxyColor.Parse("#00795a"), OxyColor.Parse("#8a3a78"),
            OxyColor.Parse("#6b6400"),
        ]);

    public static ChartColors Dark { get; } = new(
        OxyColor.Parse("#e6e9ec"), OxyColor.Parse("#3b424a"),
        [
            OxyColor.Parse("#56b4e9"), OxyColor.Parse("#ff9a4d"), OxyColor.Parse("#2fcf9f"), OxyColor.Parse("#e39ccb"),
            OxyColor.Parse("#e6dc4a"),
        ]);

    /// <summary>The colour of a series.</summary>
    public OxyColor Of(int series) => Series[series % Series.Count];
}

/// <summary>
/// Sizes of text by the metrics of the standard PDF fonts, which need no font on the machine; in pixels, as SVG has
/// them, not in points.
/// </summary>
internal sealed class TextMeasure(double width, double height) : PdfRenderContext(width, height, OxyColors.Undefined)
{
    private const double PixelsOfPoint = 96.0 / 72;

    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
    {
        var points = base.MeasureText(text, fontFamily, fontSize, fontWeight);
        return new OxySize(points.Width * PixelsOfPoint, points.Height * PixelsOfPoint);
    }
}
