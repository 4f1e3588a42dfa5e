using System.Numerics;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>Times.</summary>
internal abstract class ParquetTimes(TimeKind kind) : ParquetValues
{
    private long[] _values = [];
    private int _count;

    public TimeKind Kind { get; private protected set; } = kind;

    public override int Count => _count;

    public ReadOnlySpan<long> Values => _values.AsSpan(0, _count);

    /// <summary>Why a value is no time; null where it is one.</summary>
    public virtual string? Problem(int place) => null;

    /// <summary>Adds a time that a library has decoded.</summary>
    public void Add(DateTime time) => Reserve(1)[0] = TimeText.Microseconds(time);

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
/// <param name="multiplier">Microseconds of a unit; 1 for integers.</param>
/// <param name="divisor">Units of a microsecond; 1 but for nanoseconds.</param>
internal sealed class ParquetTimes<TStored, T>(TimeKind kind, long multiplier = 1, long divisor = 1) : ParquetTimes(kind)
    where TStored : unmanaged, INumber<TStored>
    where T : unmanaged, INumber<T>
{
    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        var values = Take<TStored>(plain, count);
        var times = Reserve(count);
        for (var i = 0; i < count; i++) times[i] = Math.DivRem(long.CreateSaturating(T.CreateTruncating(values[i])) * multiplier, divisor).Quotient;
    }
}

/// <summary>Times as Spark and Impala store them by default: nanoseconds of the day (int64), then the Julian day (int32).</summary>
internal sealed class ParquetJulianTimes() : ParquetTimes(TimeKind.Instant)
{
    private const int UnixDay = 2_440_588;
    private const long MicrosecondsPerDay = TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond;
    private const long NanosecondsPerMicrosecond = 1000;

    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        var values = Take<Int96>(plain, count);
        var times = Reserve(count);
        for (var i = 0; i < count; i++) times[i] = ((values[i].Day - UnixDay) * MicrosecondsPerDay) + (values[i].Nanoseconds / NanosecondsPerMicrosecond);
    }

    [StructLayout(LayoutKind.Sequential, Pack = sizeof(int))]
    private readonly record struct Int96(long Nanoseconds, int Day);
}

/// <summary>Times in text.</summary>
internal sealed class ParquetTimeTexts() : ParquetTimes(TimeKind.Integer)
{
    private readonly ParquetTexts _texts = new();
    private readonly HashSet<int> _bad = [];

    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        _texts.Add(plain, count);
        Parse();
    }

    /// <summary>Adds the bytes of one text.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        _texts.Add(text);
        Parse();
    }

    public override string? Problem(int place) => _bad.Contains(place) ? $"is {Quoted.Of(System.Text.Encoding.UTF8.GetString(_texts.Ids[place]))}; expected {TimeText.Expected}, one kind in all rows" : null;

    public override void Dispose()
    {
        base.Dispose();
        _texts.Dispose();
    }

    /// <summary>Parses the texts that were added; the first says which kind all are.</summary>
    private void Parse()
    {
        var times = Reserve(_texts.Count - Count);
        for (var i = 0; i < times.Length; i++)
        {
            var place = Count - times.Length + i;
            var isTime = TimeText.TryParse(_texts.Ids[place], out times[i], out var kind);
            if (isTime && _bad.Count == place) Kind = kind;
            if (!isTime || kind != Kind) _bad.Add(place);
        }
    }
}
