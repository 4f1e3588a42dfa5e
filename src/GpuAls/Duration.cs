using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>Times as people write them, such as <c>30s</c>, <c>10min</c>, <c>10m</c> or <c>2h</c>.</summary>
internal static class Duration
{
    private static readonly (string Unit, double Seconds)[] Units = [("min", 60), ("m", 60), ("s", 1), ("h", 3600)];

    /// <summary>The time; null where the text is none, or it is not above 0.</summary>
    public static TimeSpan? Parse(string text)
    {
        foreach (var (unit, seconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            const NumberStyles Style = NumberStyles.AllowDecimalPoint;
            if (double.TryParse(text[..^unit.Length], Style, CultureInfo.InvariantCulture, out var number)
                && number * seconds is > 0 and < int.MaxValue)
                return TimeSpan.FromSeconds(number * seconds);
        }

        return null;
    }

    /// <summary>The time that an option has.</summary>
    /// <param name="text">As it was given.</param>
    /// <param name="option">The option.</param>
    /// <param name="or">What else it takes, for the message.</param>
    /// <exception cref="GpuAlsException">Kind Usage: it is not a time.</exception>
    public static TimeSpan Require(string text, string option, string or = "") => Parse(text)
        ?? throw new GpuAlsException(
            FailureKind.Usage, $"{option} is '{text}'; expected a time such as 30s, 10min or 2h{or}.");

    /// <summary>As <see cref="Parse"/> takes it.</summary>
    public static string Text(TimeSpan time)
    {
        var seconds = time.TotalSeconds;
        return seconds % 60 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}min")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds}s");
    }
}

/// <summary>A time in JSON, as the command line has it.</summary>
internal sealed class DurationConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        Duration.Parse(reader.GetString() ?? "") ?? throw new JsonException("expected a time, such as 10min");

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Duration.Text(value));
}

/// <summary>Times in days as people write them, such as <c>90d</c>, <c>12h</c>, <c>2w</c> or <c>1y</c>.</summary>
internal static class DayCount
{
    /// <summary>What is expected, for messages.</summary>
    public const string Expected = "a time above 0 such as 90d (days), 12h (hours), 2w (weeks) or 1y (365.25 days)";

    private static readonly (string Unit, double Days)[] Units = [("d", 1), ("h", 1.0 / 24), ("w", 7), ("y", 365.25)];

    /// <summary>The number of days; null where the text is none, or it is not above 0.</summary>
    public static double? Parse(string text)
    {
        foreach (var (unit, days) in Units)
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(
                    text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * days is > 0 and < 1e9)
                return number * days;
        return null;
    }

    /// <summary>As <see cref="Parse"/> takes it: in days, or whole hours of less than a day.</summary>
    public static string Text(double days)
    {
        var inHours = string.Create(CultureInfo.InvariantCulture, $"{Math.Round(days * 24)}h");
        return days < 1 && Parse(inHours).Equals(days)
            ? inHours
            : string.Create(CultureInfo.InvariantCulture, $"{days}d");
    }
}
