namespace GpuAls;

/// <summary>Some rows of a factor matrix, brought from the device to the host.</summary>
internal sealed class GatheredFactors
{
    // A copy by itself costs about as much time as so many rows more.
    private const int LargestGap = 256;

    private readonly int _rank;
    private readonly List<int> _starts = [];
    private readonly List<float[]> _ranges = [];

    /// <param name="factors">The matrix.</param>
    /// <param name="rows">The rows, rising.</param>
    public GatheredFactors(DeviceFactors factors, int[] rows)
    {
        _rank = factors.Rank;
        for (int first = 0, next; first < rows.Length; first = next)
        {
            next = first + 1;
            while (next < rows.Length && rows[next] - rows[next - 1] <= LargestGap && Fits(rows[next] - rows[first] + 1)) next++;
            var range = new float[(rows[next - 1] - rows[first] + 1) * _rank];
            factors.CopyTo(new RowRange(rows[first], range.Length / _rank), range);
            _starts.Add(rows[first]);
            _ranges.Add(range);
        }
    }

    /// <summary>One of the rows, [rank].</summary>
    public ReadOnlySpan<float> Row(int row)
    {
        var found = _starts.BinarySearch(row);
        var range = found >= 0 ? found : ~found - 1;
        return _ranges[range].AsSpan((row - _starts[range]) * _rank, _rank);
    }

    private bool Fits(int rows) => (long)rows * _rank <= Array.MaxLength;
}
