using OxyPlot;

namespace GpuAls.App;

/// <summary>Sizes of text by the metrics of the standard PDF fonts, which need no font on the machine; in pixels, as SVG has them, not in points.</summary>
internal sealed class TextMeasure(double width, double height) : PdfRenderContext(width, height, OxyColors.Undefined)
{
    private const double PixelsOfPoint = 96.0 / 72;

    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
    {
        var points = base.MeasureText(text, fontFamily, fontSize, fontWeight);
        return new OxySize(points.Width * PixelsOfPoint, points.Height * PixelsOfPoint);
    }
}
