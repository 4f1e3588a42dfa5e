namespace GpuAls;

/// <summary>Where the pages of a column are in a row group.</summary>
/// <param name="Dictionary">Offset of the dictionary; null where there is none.</param>
/// <param name="Data">Offset of the data page.</param>
/// <param name="Compressed">Bytes in the file, headers included.</param>
/// <param name="Uncompressed">Bytes without compression, headers included.</param>
internal sealed record WrittenChunk(long? Dictionary, long Data, long Compressed, long Uncompressed)
{
    /// <summary>The same, for a row group that begins somewhere in the file.</summary>
    public WrittenChunk At(long offset) => this with { Dictionary = Dictionary + offset, Data = Data + offset };
}
