using System.Globalization;
using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>What <c>gpuals train --dry-run</c> prints.</summary>
internal static class ForecastText
{
    public static void Write(TrainForecast forecast, AlsOptions options, TextWriter output)
    {
        var plays = forecast.Plays;
        Line("input", $"{About(plays.AreRowsExact)}{Counted.Of(plays.Rows, "row")} "
            + (plays.Table is { } table
                ? $"of {table}"
                : $"in {Counted.Of(plays.Files, "file")} ({ByteSize.Text(plays.Bytes)})"));
        Line("", $"{About(plays.Users)}{Counted.Of(plays.Users.Count, "user")} and "
            + $"{About(plays.Items)}{Counted.Of(plays.Items.Count, "item")}{Sample(plays)}");
        Line("training", $"rank {options.Rank}, {Iterations(options)}");
        Line("device", forecast.Device.ToString());
        Line("memory", $"about {ByteSize.Text(forecast.HostBytes)} of host memory (estimate)");
        if (forecast.DeviceBytes is { } bytes)
            Line("", $"about {ByteSize.Text(bytes)} of device memory with all plays on the device (estimate)");
        Line("output", $"model: {forecast.Model}");
        Line("", $"lists: {forecast.Lists}");
        if (forecast.Report is { } report) Line("", $"report: {report}");
        output.WriteLine("Nothing was written: this was a dry run.");

        void Line(string title, string text) =>
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title,-10}{text}"));
    }

    private static string Iterations(AlsOptions options)
    {
        var count = Counted.Of(options.Iterations, "iteration");
        return options.Tolerance is { } tolerance
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"at most {count}, until the loss changes by less than {100 * tolerance:G4} %")
            : count;
    }

    private static string About(bool isExact) => isExact ? "" : "about ";

    private static string About(IdEstimate ids) => About(ids.IsExact);

    private static string Sample(InputSurvey plays) => plays.Users.IsExact && plays.Items.IsExact
        ? ""
        : $" (estimate from {Counted.Of(plays.SampledRows, "row")})";
}
