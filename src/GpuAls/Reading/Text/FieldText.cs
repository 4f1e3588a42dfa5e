using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace GpuAls;

/// <summary>Weights in text: numbers, or words for true and false.</summary>
internal static class WeightText
{
    private const int ExactDigits = 15;
    private const int LongestDecimal = 400;

    /// <summary>Reads a weight.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="hasDecimalComma">Whether 4,5 is four and a half, and 4.5 nothing.</param>
    /// <param name="weight">The number; 1 for true and yes, 0 for false and no.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, bool hasDecimalComma, out double weight)
    {
        // Most weights are counts.
        if (text.Length <= ExactDigits
            && Utf8Parser.TryParse(text, out ulong count, out var read) && read == text.Length)
        {
            weight = count;
            return true;
        }

        return (hasDecimalComma ? TryParseComma(text, out weight) : TryParsePoint(text, out weight))
            || TryParseWord(text, out weight);
    }

    /// <summary>What is wrong with a weight, to follow the name of its column.</summary>
    /// <param name="text">UTF-8, not a finite number.</param>
    /// <param name="hasDecimalComma">How it was read.</param>
    public static string Problem(ReadOnlySpan<byte> text, bool hasDecimalComma)
    {
        if (text.IsEmpty) return "is empty";
        var found = $"is {Quoted.Of(Encoding.UTF8.GetString(text))}; expected a ";
        if (TryParse(text, hasDecimalComma, out _)) return $"{found}finite number";
        if (hasDecimalComma) return $"{found}number with a decimal comma";
        return TryParseComma(text, out _)
            ? $"{found}number. If the comma is a decimal comma, pass --decimal-comma"
            : $"{found}number";
    }

    private static bool TryParsePoint(ReadOnlySpan<byte> text, out double weight) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out weight);

    private static bool TryParseComma(ReadOnlySpan<byte> text, out double weight)
    {
        weight = 0;
        if (text.Length > LongestDecimal || text.Contains((byte)'.')) return false;
        Span<byte> point = stackalloc byte[LongestDecimal];
        text.Replace(point, (byte)',', (byte)'.');
        return TryParsePoint(point[..text.Length], out weight);
    }

    private static bool TryParseWord(ReadOnlySpan<byte> text, out double weight)
    {
        var isTrue = Is(text, "true"u8) || Is(text, "t"u8) || Is(text, "yes"u8);
        weight = isTrue ? 1 : 0;
        return isTrue || Is(text, "false"u8) || Is(text, "f"u8) || Is(text, "no"u8);
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(text, word);
}

/// <summary>What a column of times holds.</summary>
internal enum TimeKind
{
    /// <summary>Integers, in whatever unit they are.</summary>
    Integer,

    /// <summary>Timestamps or dates, as microseconds since 1970 in UTC.</summary>
    Instant,
}

/// <summary>
/// Times in text: an integer, or a date of ISO 8601 with or without a time of day, in UTC where it names no zone.
/// </summary>
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
        if (!DateTimeOffset.TryParseExact(
                chars[..length], Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            return false;
        time = Microseconds(instant.UtcDateTime);
        return true;
    }

    /// <summary>What a kind of times is called, as in "column 'time' has …".</summary>
    public static string Text(this TimeKind kind) => kind == TimeKind.Integer ? "integers" : "timestamps or dates";

    /// <summary>Since 1970.</summary>
    public static long Microseconds(DateTime time) =>
        (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
