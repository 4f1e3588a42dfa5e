namespace GpuAls;

/// <summary>One column of a row group: the values, and where the value of each row stands among them.</summary>
/// <param name="name">Its name.</param>
/// <param name="rows">Rows of the row group.</param>
/// <param name="values">Empty, to be filled.</param>
internal sealed class ParquetColumnData(string name, int rows, ParquetValues values) : IDisposable
{
    /// <summary>The place of a row without a value.</summary>
    public const int Null = -1;

    private readonly RentedArray<int> _places = new(rows);

    public string Name => name;

    public ParquetValues Values => values;

    /// <summary>[rows], the place of each value; <see cref="Null"/> where there is none.</summary>
    public Memory<int> Places => _places.Memory;

    public void Dispose()
    {
        _places.Dispose();
        values.Dispose();
    }
}
