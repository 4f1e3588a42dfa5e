using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace GpuAls;

/// <summary>Times in text: an integer, or a date of ISO 8601 with or without a time of day, in UTC where it names no zone.</summary>
internal static class TimeText
{
    /// <summary>What is expected, for messages.</summary>
    public const string Expected = "an integer, or a date such as 2025-03-31 or 2025-03-31T20:15:00Z";

    private const int LongestInstant = 40;

    private static readonly string[] Forms =
    [
        "yyyy-MM-dd",
        "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    /// <param name="text">UTF-8.</param>
    /// <param name="time">The integer, or microseconds since 1970.</param>
    /// <param name="kind">Which of them.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out long time, out TimeKind kind)
    {
        kind = TimeKind.Integer;
        if (Utf8Parser.TryParse(text, out time, out var read) && read == text.Length) return true;
        kind = TimeKind.Instant;
        if (text.Length > LongestInstant) return false;
        Span<char> chars = stackalloc char[LongestInstant];
        var length = Encoding.UTF8.GetChars(text, chars);
        if (!DateTimeOffset.TryParseExact(chars[..length], Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)) return false;
        time = Microseconds(instant.UtcDateTime);
        return true;
    }

    /// <summary>Since 1970.</summary>
    public static long Microseconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
