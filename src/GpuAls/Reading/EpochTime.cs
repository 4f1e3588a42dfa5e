using System.Globalization;
using System.Text;

namespace GpuAls;

/// <summary>
/// Times as microseconds since 1970. Columns of integers do not say their unit, so their magnitude decides: each unit
/// reaches from 1973 to beyond the year 5000, where the next smaller one would still be in 1973.
/// </summary>
internal static class EpochTime
{
    /// <summary>What a time on the command line looks like.</summary>
    public const string Expected = "a date such as 2025-03-31 or 2025-03-31T20:15:00Z, or an integer as in the column";

    private const long MostSeconds = 100_000_000_000;
    private const long MostMilliseconds = MostSeconds * 1000;
    private const long MostMicroseconds = MostMilliseconds * 1000;
    private const string Day = "yyyy-MM-dd";
    private const string Instant = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    /// <summary>A time of a column.</summary>
    /// <param name="time">As it was read.</param>
    /// <param name="kind">What the column holds.</param>
    public static long Microseconds(long time, TimeKind kind)
    {
        if (kind == TimeKind.Instant) return time;
        var magnitude = (ulong)Int128.Abs(time);
        return magnitude switch
        {
            < MostSeconds => time * 1_000_000,
            < MostMilliseconds => time * 1000,
            < MostMicroseconds => time,
            _ => time / 1000,
        };
    }

    /// <summary>An instant.</summary>
    public static long Microseconds(DateTimeOffset instant) => TimeText.Microseconds(instant.UtcDateTime);

    /// <summary>Reads a time of the command line.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is none.</exception>
    public static DateTimeOffset Parse(string text, string option)
    {
        const long First = -62_135_596_800_000_000; // the year 1
        const long End = 253_402_300_800_000_000; // the year 10000
        if (TimeText.TryParse(Encoding.UTF8.GetBytes(text), out var time, out var kind)
            && Microseconds(time, kind) is var microseconds and >= First and < End)
            return DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
        throw new GpuAlsException(FailureKind.Usage, $"{option} is '{text}'; expected {Expected}.");
    }

    /// <summary>A time as <see cref="Parse"/> takes it.</summary>
    public static string Text(DateTimeOffset instant)
    {
        var utc = instant.UtcDateTime;
        return utc.ToString(utc.TimeOfDay == TimeSpan.Zero ? Day : Instant, CultureInfo.InvariantCulture);
    }
}
