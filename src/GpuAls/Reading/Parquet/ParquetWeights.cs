using System.Globalization;
using System.Numerics;
using Type = Parquet.Meta.Type;

namespace GpuAls;

/// <summary>The weights of a column chunk.</summary>
internal abstract class ParquetWeights : ParquetValues
{
    public const string Expected =
        "weights are numbers (FLOAT, DOUBLE, FLOAT16, DECIMAL or integers), BOOLEAN, or numbers as strings";

    private double[] _values = [];
    private int _count;

    public override int Count => _count;

    public ReadOnlySpan<double> Values => _values.AsSpan(0, _count);

    /// <summary>For the weights of a column; null if its type is not one of weights.</summary>
    public static ParquetWeights? For(ParquetField field) => (field.Type, field.Meaning) switch
    {
        (_, ParquetMeaning.Decimal) => ParquetDecimals.For(field),
        (Type.FLOAT, ParquetMeaning.None) => new ParquetWeights<float, float>(),
        (Type.DOUBLE, ParquetMeaning.None) => new ParquetWeights<double, double>(),
        (
            Type.FIXED_LEN_BYTE_ARRAY,
            ParquetMeaning.Float16) when field.TypeLength == 2 => new ParquetWeights<Half, Half>(),
        (Type.BOOLEAN, ParquetMeaning.None) => new ParquetBooleans(),
        (
            Type.BYTE_ARRAY,
            ParquetMeaning.None or ParquetMeaning.Text or ParquetMeaning.Enum) => new ParquetTextWeights(),
        (Type.INT32, ParquetMeaning.None or ParquetMeaning.Int8 or ParquetMeaning.Int16 or ParquetMeaning.Int32) or
            (Type.INT32, ParquetMeaning.UInt8 or ParquetMeaning.UInt16) => new ParquetWeights<int, int>(),
        (Type.INT32, ParquetMeaning.UInt32) => new ParquetWeights<int, uint>(),
        (Type.INT64, ParquetMeaning.None or ParquetMeaning.Int64) => new ParquetWeights<long, long>(),
        (Type.INT64, ParquetMeaning.UInt64) => new ParquetWeights<long, ulong>(),
        _ => null,
    };

    public override void Dispose() => Rented.Return(ref _values);

    private protected Span<double> Reserve(int count)
    {
        Rented.Grow(ref _values, _count, count);
        _count += count;
        return _values.AsSpan(_count - count, count);
    }
}

/// <summary>Weights that are numbers.</summary>
/// <typeparam name="TStored">The type as stored.</typeparam>
/// <typeparam name="T">What the schema makes of it.</typeparam>
internal sealed class ParquetWeights<TStored, T> : ParquetWeights
    where TStored : unmanaged, INumber<TStored>
    where T : unmanaged, INumber<T>
{
    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        var values = Take<TStored>(plain, count);
        var weights = Reserve(count);
        for (var i = 0; i < count; i++) weights[i] = double.CreateTruncating(T.CreateTruncating(values[i]));
    }
}

/// <summary>Booleans, one bit each: true counts 1, false 0.</summary>
internal sealed class ParquetBooleans : ParquetWeights
{
    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        if (count > plain.Length * 8L)
            throw new InvalidDataException(
                $"a page has {Counted.Of(plain.Length * 8L, "value")}; its header says {count:N0}");
        var weights = Reserve(count);
        for (var i = 0; i < count; i++) weights[i] = (plain[i / 8] >> (i % 8)) & 1;
    }
}

/// <summary>Decimals, stored as integers: INT32 and INT64 little-endian, byte arrays big-endian.</summary>
internal sealed class ParquetDecimals : ParquetWeights
{
    private const int MaximumBytes = 128; // parsing takes time that grows with the square of this
    private const int MaximumScale = 340; // beyond it every value is 0 or infinite
    private const int ExactScale = 22; // 10²² is the largest power of ten that a double holds exactly
    private const long ExactInteger = 1L << 53;

    private readonly ParquetField _field;
    private readonly double _power;

    private ParquetDecimals(ParquetField field) => (_field, _power) = (field, Math.Pow(10, field.Scale));

    /// <returns>Null if the column cannot hold decimals.</returns>
    public static new ParquetDecimals? For(ParquetField field) => field switch
    {
        { Scale: < 0 or > MaximumScale } => null,
        { Type: Type.INT32 or Type.INT64 or Type.BYTE_ARRAY } or { Type: Type.FIXED_LEN_BYTE_ARRAY, TypeLength: > 0 } =>
            new ParquetDecimals(field),
        _ => null,
    };

    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        switch (_field.Type)
        {
            case Type.INT32: AddIntegers(Take<int>(plain, count)); break;
            case Type.INT64: AddIntegers(Take<long>(plain, count)); break;
            default: AddBytes(plain, count); break;
        }
    }

    private void AddIntegers<T>(ReadOnlySpan<T> values)
        where T : IBinaryInteger<T>
    {
        var weights = Reserve(values.Length);
        for (var i = 0; i < values.Length; i++) weights[i] = Scaled(long.CreateChecked(values[i]));
    }

    private void AddBytes(ReadOnlySpan<byte> plain, int count)
    {
        var isFixed = _field.Type == Type.FIXED_LEN_BYTE_ARRAY;
        if (count > plain.Length / (isFixed ? _field.TypeLength : sizeof(int))) throw Short();
        var weights = Reserve(count);
        for (var i = 0; i < count; i++)
        {
            var length = _field.TypeLength;
            if (!isFixed)
            {
                length = plain.Length < sizeof(int) ? throw Short() : BitConverter.ToInt32(plain);
                plain = plain[sizeof(int)..];
            }

            if ((uint)length > (uint)plain.Length) throw Short();
            if (length > MaximumBytes) throw new InvalidDataException($"a decimal of {Counted.Of(length, "byte")}");
            var unscaled = new BigInteger(plain[..length], isBigEndian: true);
            weights[i] = unscaled >= long.MinValue && unscaled <= long.MaxValue
                ? Scaled((long)unscaled)
                : Parse(unscaled);
            plain = plain[length..];
        }
    }

    /// <summary>
    /// The double nearest to the decimal: one exact division if both numbers are exact, else by its digits.
    /// </summary>
    private double Scaled(long unscaled) =>
        unscaled is >= -ExactInteger and <= ExactInteger && _field.Scale <= ExactScale
            ? unscaled / _power
            : Parse(unscaled);

    private double Parse(BigInteger unscaled) => double.Parse(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{unscaled}E-{_field.Scale}"), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static InvalidDataException Short() => new("a page has fewer values than its header says");
}

/// <summary>Weights in text: numbers, or words for true and false.</summary>
internal sealed class ParquetTextWeights : ParquetWeights
{
    private readonly ParquetTexts _texts = new();
    private readonly HashSet<int> _bad = [];

    public override bool MayHaveProblems => _bad.Count > 0;

    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        var first = _texts.Count;
        _texts.Add(plain, count);
        var weights = Reserve(count);
        for (var i = 0; i < count; i++)
            if (!WeightText.TryParse(_texts.Ids[first + i], hasDecimalComma: false, out weights[i]))
                _bad.Add(first + i);
    }

    public override string? Problem(int index) =>
        _bad.Contains(index) ? WeightText.Problem(_texts.Ids[index], hasDecimalComma: false) : null;

    public override void Dispose()
    {
        base.Dispose();
        _texts.Dispose();
    }
}
