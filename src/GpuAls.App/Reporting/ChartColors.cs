using OxyPlot;

namespace GpuAls.App;

/// <summary>The colours of charts, for light pages and for dark ones.</summary>
/// <param name="Text">Titles, labels and axes.</param>
/// <param name="Grid">Lines behind the data.</param>
/// <param name="Series">One for each series, told apart also by those who see few colours (after Okabe and Ito).</param>
internal sealed record ChartColors(OxyColor Text, OxyColor Grid, IReadOnlyList<OxyColor> Series)
{
    public static ChartColors Light { get; } = new(
        OxyColor.Parse("#1f2328"), OxyColor.Parse("#d8dde3"),
        [OxyColor.Parse("#0062a3"), OxyColor.Parse("#b84700"), OxyColor.Parse("#00795a"), OxyColor.Parse("#8a3a78"), OxyColor.Parse("#6b6400")]);

    public static ChartColors Dark { get; } = new(
        OxyColor.Parse("#e6e9ec"), OxyColor.Parse("#3b424a"),
        [OxyColor.Parse("#56b4e9"), OxyColor.Parse("#ff9a4d"), OxyColor.Parse("#2fcf9f"), OxyColor.Parse("#e39ccb"), OxyColor.Parse("#e6dc4a")]);

    /// <summary>The colour of a series.</summary>
    public OxyColor Of(int series) => Series[series % Series.Count];
}
