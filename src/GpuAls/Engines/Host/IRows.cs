namespace GpuAls.Engines.Host;

/// <summary>Where the rows of a matrix stand. Structs, so that each kind has code of its own.</summary>
internal unsafe interface IRows
{
    float* Row(int row);
}

/// <summary>Rows one after the other.</summary>
internal readonly unsafe struct ConsecutiveRows(float* first, int stride) : IRows
{
    public float* Row(int row) => first + ((nint)row * stride);
}

/// <summary>Rows picked out of others by their indices.</summary>
internal readonly unsafe struct PickedRows(float* first, int stride, int* indices) : IRows
{
    public float* Row(int row) => first + ((nint)indices[row] * stride);
}
