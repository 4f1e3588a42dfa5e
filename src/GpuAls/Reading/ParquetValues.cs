using System.Numerics;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>The values of a column chunk, gathered page by page; each value once where they come from a dictionary.</summary>
internal abstract class ParquetValues : IDisposable
{
    public abstract int Count { get; }

    /// <summary>Adds values in Parquet's PLAIN encoding.</summary>
    /// <exception cref="InvalidDataException">There are fewer than is said.</exception>
    public abstract void Add(ReadOnlySpan<byte> plain, int count);

    public abstract void Dispose();

    /// <summary>The first values of a page that has values of fixed width.</summary>
    private protected static ReadOnlySpan<T> Take<T>(ReadOnlySpan<byte> plain, int count)
        where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(plain);
        return count <= values.Length ? values[..count] : throw new InvalidDataException("a page has fewer values than it says");
    }
}

/// <summary>Ids.</summary>
internal abstract class ParquetIdValues(int width, IdType type) : ParquetValues
{
    public IdValues Ids { get; } = new(width);

    public IdType Type => type;

    public override int Count => Ids.Count;

    /// <summary>Whether any of the values may be no id; if not, none needs to be looked at.</summary>
    public virtual bool MayHaveProblems => false;

    /// <summary>Why a value is no id; null where it is one.</summary>
    public virtual string? Problem(int place) => null;

    public override void Dispose() => Ids.Dispose();
}

/// <summary>UUIDs, stored as FIXED_LEN_BYTE_ARRAY(16).</summary>
internal sealed class ParquetUuids() : ParquetIdValues(IdValues.UuidBytes, IdType.Uuid)
{
    public override void Add(ReadOnlySpan<byte> plain, int count) => MemoryMarshal.AsBytes(Take<UInt128>(plain, count)).CopyTo(Ids.AddFixed(count));
}

/// <summary>Integer ids.</summary>
/// <typeparam name="TStored">int or long, as in the file.</typeparam>
/// <typeparam name="T">What the schema makes of it.</typeparam>
internal sealed class ParquetIntegers<TStored, T>(IdType type) : ParquetIdValues(IdValues.IntegerBytes, type)
    where TStored : unmanaged, INumber<TStored>
    where T : unmanaged, INumber<T>
{
    /// <summary>Unsigned values that no id goes up to became negative.</summary>
    public override bool MayHaveProblems => typeof(T) == typeof(ulong);

    public override void Add(ReadOnlySpan<byte> plain, int count)
    {
        var values = Take<TStored>(plain, count);
        var ids = Ids.AddFixed(count);
        for (var i = 0; i < count; i++) IdValues.WriteInteger(ids[(i * IdValues.IntegerBytes)..], long.CreateTruncating(T.CreateTruncating(values[i])));
    }

    public override string? Problem(int place) => IdValues.ReadInteger(Ids[place]) is var value && MayHaveProblems && value < 0
        ? $"is {(ulong)value}; integer ids go up to {long.MaxValue}. Write them as text"
        : null;
}

/// <summary>Weights.</summary>
internal abstract class ParquetWeights : ParquetValues
{
    private double[] _values = [];
    private int _count;

    public override int Count => _count;

    public ReadOnlySpan<double> Values => _values.AsSpan(0, _count);

    public override void Dispose() => Rented.Return(ref _values);

    private protected Span<double> Reserve(int count)
    {
        Rented.Grow(ref _values, _count, count);
        _count += count;
        return _values.AsSpan(_count - count, count);
    }
}

/// <summary>Weights of some type.</summary>
/// <typeparam name="TStored">int, long, float or double, as in the file.</typeparam>
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
