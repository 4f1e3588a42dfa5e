namespace GpuAls;

/// <summary>A block as it is written.</summary>
/// <param name="Bytes">What is written.</param>
internal record EncodedLists(ReadOnlyMemory<byte> Bytes);
