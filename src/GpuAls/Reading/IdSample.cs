using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>
/// Estimates how many different ids all rows have from those of a sample. The sample is cut into pieces of rows that
/// follow each other: how many ids are in one piece only, and how many in two, says how many more would come (Chao's
/// estimator for incidences). So rows in the order of their ids, where each piece has ids of its own, are told from
/// rows in any order.
/// </summary>
internal sealed class IdSample
{
    private const int LargestPiece = 1 << 16;
    private const int PiecesOfABatch = 16;

    private readonly Dictionary<ulong, Seen> _seen = [];
    private long _rows;
    private long _bytes;
    private int _pieces;
    private bool _isText;

    /// <summary>Adds the ids of a batch.</summary>
    public void Add(IdColumn ids)
    {
        var hashes = new ulong[ids.Values.Count]; // 0 where no row has come
        var rows = ids.Indices.Span;
        var piece = Math.Clamp(rows.Length / PiecesOfABatch, 1, LargestPiece);
        _isText |= ids.Type == IdType.Text && !ids.MayBeIntegers;
        _rows += rows.Length;
        for (var start = 0; start < rows.Length; start += piece, _pieces++)
        {
            foreach (var index in rows[start..Math.Min(rows.Length, start + piece)])
            {
                ref var hash = ref hashes[index];
                if (hash == 0) hash = XxHash3.HashToUInt64(ids.Values[index]) | 1;
                ref var seen = ref CollectionsMarshal.GetValueRefOrAddDefault(_seen, hash, out var isKnown);
                if (!isKnown) _bytes += ids.Values[index].Length;
                if (!isKnown || seen.LastPiece != _pieces) seen.Pieces++;
                seen.LastPiece = _pieces;
                seen.Rows++;
            }
        }
    }

    /// <param name="totalRows">Number of all rows.</param>
    /// <param name="isWhole">Whether the sample has all of them.</param>
    public IdEstimate Estimate(long totalRows, bool isWhole)
    {
        var count = isWhole ? _seen.Count : Math.Min(totalRows, Extrapolated(totalRows));
        var share = Math.Max(1, (double)totalRows / Math.Max(1, _rows));
        var most = _seen.Values.Select(seen => seen.Pieces > 1 ? seen.Rows * share : seen.Rows).DefaultIfEmpty().Max();
        return new IdEstimate(
            count, isWhole, (double)_bytes / Math.Max(1, _seen.Count), _isText, (long)Math.Min(totalRows, most));
    }

    private long Extrapolated(long totalRows)
    {
        var once = (double)_seen.Values.Count(seen => seen.Pieces == 1);
        var twice = (double)_seen.Values.Count(seen => seen.Pieces == 2);
        if (once == 0) return _seen.Count;
        var unseen = (twice > 0 ? once * once / (2 * twice) : once * (once - 1) / 2) * (_pieces - 1) / _pieces;
        var piecesToCome = _pieces * ((double)totalRows / _rows - 1);
        var found = unseen * (1 - Math.Pow(1 - (once / ((unseen * _pieces) + once)), piecesToCome));
        return _seen.Count + (long)found;
    }

    private struct Seen
    {
        public int LastPiece;
        public int Pieces;
        public int Rows;
    }
}
