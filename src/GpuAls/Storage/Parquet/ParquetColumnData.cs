using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>
/// The values of a column chunk, gathered page by page; values of a dictionary are held once, however many rows have
/// them.
/// </summary>
internal abstract class ParquetValues : IDisposable
{
    public abstract int Count { get; }

    /// <summary>Whether <see cref="Problem"/> may find anything; if not, no value needs to be looked at.</summary>
    public virtual bool MayHaveProblems => false;

    /// <summary>Adds values in Parquet's PLAIN encoding.</summary>
    /// <exception cref="InvalidDataException">There are fewer than <paramref name="count"/>.</exception>
    public abstract void Add(ReadOnlySpan<byte> plain, int count);

    /// <summary>Why a value cannot be used, to follow the name of its column; null if it can.</summary>
    /// <param name="index">Its index among the values.</param>
    public virtual string? Problem(int index) => null;

    public abstract void Dispose();

    /// <summary>The first values of a page whose values have a fixed width.</summary>
    private protected static ReadOnlySpan<T> Take<T>(ReadOnlySpan<byte> plain, int count)
        where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(plain);
        return count <= values.Length
            ? values[..count]
            : throw new InvalidDataException(
                $"a page has {Counted.Of(values.Length, "value")}; its header says {count:N0}");
    }
}

/// <summary>One column of a row group: its values, and for each row the index of its value.</summary>
/// <param name="name">Name of the column.</param>
/// <param name="rows">Number of rows in the row group.</param>
/// <param name="values">Empty; receives the values.</param>
internal sealed class ParquetColumnData(string name, int rows, ParquetValues values) : IDisposable
{
    /// <summary>The index of a row without a value.</summary>
    public const int Null = -1;

    private readonly RentedArray<int> _indices = new(rows);

    public string Name => name;

    public ParquetValues Values => values;

    /// <summary>[rows], the index of each row's value; <see cref="Null"/> if it has none.</summary>
    public Memory<int> Indices => _indices.Memory;

    public void Dispose()
    {
        _indices.Dispose();
        values.Dispose();
    }
}
