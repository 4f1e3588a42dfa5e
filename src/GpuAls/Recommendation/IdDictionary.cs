using System.Buffers;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>The distinct ids of a row group, in order of first appearance; a row holds a code, the id's position among them.</summary>
internal sealed class IdDictionary(IdIndex ids)
{
    private readonly Dictionary<int, int> _codes = [];
    private readonly List<int> _indices = [];

    /// <summary>Number of distinct ids.</summary>
    public int Count => _indices.Count;

    /// <summary>The code of the id at an index.</summary>
    public int Code(int index)
    {
        ref var code = ref CollectionsMarshal.GetValueRefOrAddDefault(_codes, index, out var known);
        if (known) return code;
        code = _indices.Count;
        _indices.Add(index);
        return code;
    }

    /// <summary>The ids in Parquet's PLAIN encoding.</summary>
    public ReadOnlySpan<byte> Plain()
    {
        var page = new ArrayBufferWriter<byte>(Math.Max(1, Count * IdValues.UuidBytes));
        ParquetIds.WritePlain(page, ids, CollectionsMarshal.AsSpan(_indices));
        return page.WrittenSpan;
    }
}
