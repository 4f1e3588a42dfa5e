namespace GpuAls;

/// <summary>A row group as it is written.</summary>
/// <param name="Bytes">Its pages, column by column.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Chunks">[columns], offsets from the start of the row group.</param>
internal sealed record WrittenRowGroup(ReadOnlyMemory<byte> Bytes, int Rows, WrittenChunk[] Chunks) : EncodedLists(Bytes);
