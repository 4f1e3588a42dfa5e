using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace GpuAls.Connectors.Postgres;

/// <summary>A type of PostgreSQL that can be read, by its number in the catalog.</summary>
internal enum PostgresType
{
    Boolean = 16,
    Integer64 = 20,
    Integer16 = 21,
    Integer32 = 23,
    Text = 25,
    Float32 = 700,
    Float64 = 701,
    Float32Array = 1021,
    PaddedText = 1042,
    BoundedText = 1043,
    Date = 1082,
    Timestamp = 1114,
    TimestampWithZone = 1184,
    Numeric = 1700,
    Uuid = 2950,
}

/// <summary>Adds the ids of a column, which come as the binary form of their type, to the values of a batch.</summary>
/// <returns>What is wrong with the value, to follow the name of its column; null for nothing.</returns>
internal delegate string? AddId(ReadOnlySpan<byte> value, IdValues ids);

/// <summary>Reads a weight from the binary form of a type.</summary>
/// <returns>What is wrong with the value, to follow the name of its column; null for nothing.</returns>
internal delegate string? ReadWeight(ReadOnlySpan<byte> value, out double weight);

/// <summary>Reads a time from the binary form of a type.</summary>
/// <param name="value">The value.</param>
/// <param name="kind">The kind of all times; the first text decides.</param>
/// <param name="isFirst">Whether no time was read before.</param>
/// <param name="time">The integer, or microseconds since 1970.</param>
/// <returns>What is wrong with the value, to follow the name of its column; null for nothing.</returns>
internal delegate string? ReadTime(ReadOnlySpan<byte> value, ref TimeKind kind, bool isFirst, out long time);

/// <summary>How each type is read.</summary>
internal static class PostgresColumns
{
    public const string ExpectedIds = "ids are text, varchar, char, smallint, integer, bigint or uuid";
    public const string ExpectedWeights = "weights are numbers, boolean, or numbers as text";
    public const string ExpectedTimes = "times are integers, date, timestamp, or dates of ISO 8601 as text";

    public const string ExpectedEvents = "events are text, varchar, char, smallint, integer or bigint";

    private const string NotUtf8 = "is not valid UTF-8";
    private const long MicrosecondsPerDay = TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond;

    /// <summary>PostgreSQL counts from 2000 on.</summary>
    private static readonly long Epoch = TimeText.Microseconds(new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc));

    /// <returns>Null for a type that ids do not have.</returns>
    public static (IdType Type, AddId Add)? Ids(PostgresType type) => type switch
    {
        PostgresType.Text or PostgresType.BoundedText => (IdType.Text, AddText),
        PostgresType.PaddedText => (IdType.Text, (value, ids) => AddText(value.TrimEnd((byte)' '), ids)),
        PostgresType.Integer16 or PostgresType.Integer32 => (IdType.Integer32, AddInteger),
        PostgresType.Integer64 => (IdType.Integer64, AddInteger),
        PostgresType.Uuid => (IdType.Uuid, AddUuid),
        _ => null,
    };

    /// <returns>Null for a type that weights do not have.</returns>
    public static ReadWeight? Weights(PostgresType type) => type switch
    {
        PostgresType.Integer16 or PostgresType.Integer32 or PostgresType.Integer64 => ReadInteger,
        PostgresType.Float32 => ReadFloat32,
        PostgresType.Float64 => ReadFloat64,
        PostgresType.Numeric => PostgresNumeric.Read,
        PostgresType.Boolean => ReadBoolean,
        PostgresType.Text or PostgresType.BoundedText or PostgresType.PaddedText => ReadWeightText,
        _ => null,
    };

    /// <summary>How the kinds of events are read, as their weights.</summary>
    /// <returns>Null for a type that events do not have.</returns>
    public static ReadWeight? Events(PostgresType type, EventWeights weights)
    {
        return type switch
        {
            PostgresType.Text or PostgresType.BoundedText => ReadText,
            PostgresType.PaddedText =>
                (ReadOnlySpan<byte> value, out double weight) => ReadText(value.TrimEnd((byte)' '), out weight),
            PostgresType.Integer16 or PostgresType.Integer32 or PostgresType.Integer64 => ReadNumber,
            _ => null,
        };

        string? ReadText(ReadOnlySpan<byte> value, out double weight) =>
            weights.TryGet(value, out weight) ? null : weights.Problem(Encoding.UTF8.GetString(value));

        string? ReadNumber(ReadOnlySpan<byte> value, out double weight) => weights.TryGet(Integer(value), out weight)
            ? null
            : weights.Problem(Integer(value).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>How times are read, with their kind; text says which kind it is value by value.</summary>
    /// <returns>Null for a type that times do not have.</returns>
    public static (TimeKind Kind, ReadTime Read)? Times(PostgresType type) => type switch
    {
        PostgresType.Integer16 or PostgresType.Integer32 or PostgresType.Integer64 => (TimeKind.Integer, ReadInteger),
        PostgresType.Date => (TimeKind.Instant, ReadDate),
        PostgresType.Timestamp or PostgresType.TimestampWithZone => (TimeKind.Instant, ReadTimestamp),
        PostgresType.Text or PostgresType.BoundedText or PostgresType.PaddedText => (TimeKind.Integer, ReadTimeText),
        _ => null,
    };

    private static string? AddText(ReadOnlySpan<byte> value, IdValues ids)
    {
        if (value.IsEmpty) return "is empty";
        if (!Ascii.IsValid(value) && !Utf8.IsValid(value)) return NotUtf8;
        value.CopyTo(ids.AddText(value.Length));
        return null;
    }

    private static string? AddInteger(ReadOnlySpan<byte> value, IdValues ids)
    {
        IdValues.WriteInteger(ids.AddFixed(1), Integer(value));
        return null;
    }

    private static string? AddUuid(ReadOnlySpan<byte> value, IdValues ids)
    {
        value.CopyTo(ids.AddFixed(1));
        return null;
    }

    private static long Integer(ReadOnlySpan<byte> value) => value.Length switch
    {
        sizeof(short) => BinaryPrimitives.ReadInt16BigEndian(value),
        sizeof(int) => BinaryPrimitives.ReadInt32BigEndian(value),
        _ => BinaryPrimitives.ReadInt64BigEndian(value),
    };

    private static string? ReadInteger(ReadOnlySpan<byte> value, out double weight)
    {
        weight = Integer(value);
        return null;
    }

    private static string? ReadFloat32(ReadOnlySpan<byte> value, out double weight)
    {
        weight = BinaryPrimitives.ReadSingleBigEndian(value);
        return null;
    }

    private static string? ReadFloat64(ReadOnlySpan<byte> value, out double weight)
    {
        weight = BinaryPrimitives.ReadDoubleBigEndian(value);
        return null;
    }

    private static string? ReadBoolean(ReadOnlySpan<byte> value, out double weight)
    {
        weight = value[0];
        return null;
    }

    private static string? ReadWeightText(ReadOnlySpan<byte> value, out double weight) =>
        WeightText.TryParse(value, hasDecimalComma: false, out weight)
            ? null
            : WeightText.Problem(value, hasDecimalComma: false);

    private static string? ReadInteger(ReadOnlySpan<byte> value, ref TimeKind kind, bool isFirst, out long time)
    {
        time = Integer(value);
        return null;
    }

    private static string? ReadDate(ReadOnlySpan<byte> value, ref TimeKind kind, bool isFirst, out long time)
    {
        var days = BinaryPrimitives.ReadInt32BigEndian(value);
        time = Epoch + (days * MicrosecondsPerDay);
        return days is int.MinValue or int.MaxValue ? "is infinite" : null;
    }

    private static string? ReadTimestamp(ReadOnlySpan<byte> value, ref TimeKind kind, bool isFirst, out long time)
    {
        var microseconds = BinaryPrimitives.ReadInt64BigEndian(value);
        var isInfinite = microseconds is long.MinValue or long.MaxValue;
        time = isInfinite ? 0 : Epoch + microseconds;
        return isInfinite ? "is infinite" : null;
    }

    private static string? ReadTimeText(ReadOnlySpan<byte> value, ref TimeKind kind, bool isFirst, out long time)
    {
        var isTime = TimeText.TryParse(value, out time, out var found);
        if (isTime && isFirst) kind = found;
        return isTime && found == kind
            ? null
            : $"is {Quoted.Of(Encoding.UTF8.GetString(value))}; expected {TimeText.Expected}, one kind in all rows";
    }
}

/// <summary>
/// The binary form of numeric: how many digits of base 10,000, the power of the first, sign, decimals shown, digits.
/// </summary>
internal static class PostgresNumeric
{
    private const int HeaderBytes = 8;
    private const int Base = 10_000;
    private const int BaseDigits = 4;
    private const int MostDigits = 5; // of base 10,000, in 64 bits
    private const int Negative = 0x4000;
    private const int NotANumber = 0xC000;
    private const int Infinite = 0xD000;
    private const int NegativeInfinite = 0xF000;
    private const int ExactDigits = 3; // of base 10,000: below 2⁵³, and a power of ten that a double holds exactly

    /// <summary>The double that is nearest.</summary>
    public static string? Read(ReadOnlySpan<byte> value, out double number)
    {
        var count = BinaryPrimitives.ReadUInt16BigEndian(value);
        var power = BinaryPrimitives.ReadInt16BigEndian(value[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(value[4..]);
        var digits = value[HeaderBytes..];
        number = sign switch
        {
            NotANumber => double.NaN,
            Infinite => double.PositiveInfinity,
            NegativeInfinite => double.NegativeInfinity,
            _ when count <= ExactDigits && Math.Abs(power) <= ExactDigits => Small(digits, count, power),
            _ => Parse(digits, count, power),
        };
        if (sign == Negative) number = -number;
        return null;
    }

    /// <summary>An integer of 64 bits, signed or not.</summary>
    /// <param name="value">Receives it.</param>
    /// <param name="number">The integer.</param>
    /// <returns>How many bytes it has.</returns>
    public static int Write(Span<byte> value, Int128 number)
    {
        Span<ushort> digits = stackalloc ushort[MostDigits];
        var count = 0;
        for (var left = (ulong)Int128.Abs(number); left > 0; left /= Base) digits[count++] = (ushort)(left % Base);
        value[..HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(value, (ushort)count);
        BinaryPrimitives.WriteInt16BigEndian(value[2..], (short)Math.Max(0, count - 1));
        if (Int128.IsNegative(number)) BinaryPrimitives.WriteUInt16BigEndian(value[4..], Negative);
        for (var i = 0; i < count; i++)
            BinaryPrimitives.WriteUInt16BigEndian(value[(HeaderBytes + (i * 2))..], digits[count - 1 - i]);
        return HeaderBytes + (count * 2);
    }

    private static double Small(ReadOnlySpan<byte> digits, int count, int power)
    {
        long all = 0;
        for (var i = 0; i < count; i++) all = (all * Base) + Digit(digits, i);
        var shift = power + 1 - count;
        return shift < 0 ? all / Math.Pow(Base, -shift) : all * Math.Pow(Base, shift);
    }

    private static double Parse(ReadOnlySpan<byte> digits, int count, int power)
    {
        var text = new StringBuilder(count * BaseDigits);
        for (var i = 0; i < count; i++) text.Append(CultureInfo.InvariantCulture, $"{Digit(digits, i):D4}");
        text.Append(CultureInfo.InvariantCulture, $"E{(power + 1 - count) * BaseDigits}");
        return double.Parse(text.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static ushort Digit(ReadOnlySpan<byte> digits, int index) =>
        BinaryPrimitives.ReadUInt16BigEndian(digits[(index * 2)..]);
}
