using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Type = Parquet.Meta.Type;

namespace GpuAls;

/// <summary>The times of a column chunk.</summary>
internal abstract class ParquetTimes(TimeKind kind) : ParquetValues
{
    public const string Expected = "times are integers, TIMESTAMP, DATE, or dates of ISO 8601 as strings";

    private protected const long MicrosecondsPerDay = TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond;

    private long[] _values = [];
    private int _count;

    public TimeKind Kind { get; private protected set; } = kind;

    public override int Count => _count;

    public ReadOnlySpan<long> Values => _values.AsSpan(0, _count);

    /// <summary>For the times of a column; null if its type is not one of times.</summary>
    public static ParquetTimes? For(ParquetField field) => (field.Type, field.Meaning) switch
    {
        (Type.INT96, _) => new ParquetJulianTimes(),
        (Type.BYTE_ARRAY, ParquetMeaning.Text) => new ParquetTimeTexts(),
        (Type.INT32, ParquetMeaning.Date) => new ParquetTimes<int, int>(TimeKind.Instant, MicrosecondsPerDay),
        (Type.INT64, ParquetMeaning.TimestampNanos) => new ParquetTimes<long, long>(TimeKind.Instant, divisor: 1000),
        (Type.INT64, ParquetMeaning.TimestampMicros) => new ParquetTimes<long, long>(TimeKind.Instant),
        (Type.INT64, ParquetMeaning.TimestampMillis) => new ParquetTimes<long, long>(
            TimeKind.Instant, multiplier: 1000),
        (Type.INT32, ParquetMeaning.None or ParquetMeaning.Int8 or ParquetMeaning.Int16 or ParquetMeaning.Int32) or
            (Type.INT32, ParquetMeaning.UInt8 or ParquetMeaning.UInt16) => new ParquetTimes<int, int>(TimeKind.Integer),
        (Type.INT32, ParquetMeaning.UInt32) => new ParquetTimes<int, uint>(TimeKind.Integer),
        (Type.INT64, ParquetMeaning.None or ParquetMeaning.Int64) => new ParquetTimes<long, long>(TimeKind.Integer),
        (Type.INT64, ParquetMeaning.UInt64) => new ParquetTimes<long, ulong>(TimeKind.Integer),
        _ => null,
    };

    public override void Dispose() => Rented.Return(ref _values);

    private protected Span<long> Reserve(int count)
    {
        Rented.Grow(ref _values, _count, count);
        _count += count;
        return _values.AsSpan(_count - count, count);
    }
}

/// <summary>Times that are stored as integers.</summary>
/// <typeparam name="TStored">int or long, as in the file.</typeparam>
/// <typeparam name="T">What the schema makes of it.</typeparam>
/// <param name="kind">What they are.</param>
/// <param name="multiplier">Microseconds per unit; 1 for integers.</param>
/// <param name="divisor">Units per microsecond; 1 except for nanoseconds.</param>
internal sealed class ParquetTimes<TStored, T>(
    TimeKind kind, long multiplier = 1, long divisor = 1) : ParquetTimes(kind)
    where TStored : unmanaged, INumber<TStored>
    where T : unmanaged, INumber<T>
{
    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        var values = Take<TStored>(plain, count);
        var times = Reserve(count);
        for (var i = 0; i < count; i++)
            times[i] = long.CreateSaturating(T.CreateTruncating(values[i])) * multiplier / divisor;
    }
}

/// <summary>
/// Times as Spark and Impala once stored them by default: nanoseconds of the day (int64), then the Julian day
/// (int32).
/// </summary>
internal sealed class ParquetJulianTimes() : ParquetTimes(TimeKind.Instant)
{
    private const int UnixDay = 2_440_588;
    private const long NanosecondsPerMicrosecond = 1000;

    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        var values = Take<Int96>(plain, count);
        var times = Reserve(count);
        for (var i = 0; i < count; i++)
        {
            var (nanoseconds, day) = values[i];
            times[i] = (((long)day - UnixDay) * MicrosecondsPerDay) + (nanoseconds / NanosecondsPerMicrosecond);
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = sizeof(int))]
    private readonly record struct Int96(long Nanoseconds, int Day);
}

/// <summary>Times in text. The first decides whether all are integers or all are dates.</summary>
internal sealed class ParquetTimeTexts() : ParquetTimes(TimeKind.Integer)
{
    private readonly ParquetTexts _texts = new();
    private readonly HashSet<int> _bad = [];

    public override bool MayHaveProblems => _bad.Count > 0;

    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        var first = _texts.Count;
        _texts.Add(plain, count);
        var times = Reserve(count);
        for (var i = 0; i < count; i++)
        {
            var index = first + i;
            var isTime = TimeText.TryParse(_texts.Ids[index], out times[i], out var kind);
            if (isTime && _bad.Count == index) Kind = kind;
            if (!isTime || kind != Kind) _bad.Add(index);
        }
    }

    public override string? Problem(int index) => _bad.Contains(index)
        ? $"is {Quoted.Of(Encoding.UTF8.GetString(_texts.Ids[index]))}; expected {TimeText.Expected}, one kind in all "
            + "rows"
        : null;

    public override void Dispose()
    {
        base.Dispose();
        _texts.Dispose();
    }
}
