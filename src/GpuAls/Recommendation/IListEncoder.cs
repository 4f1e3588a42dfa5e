namespace GpuAls;

/// <summary>One form of a file of lists: what is before the blocks, each block, what is behind them.</summary>
internal interface IListEncoder
{
    /// <summary>Rows of a block, at most.</summary>
    int BlockRows { get; }

    /// <summary>What the file begins with.</summary>
    ReadOnlyMemory<byte> Start();

    /// <summary>Encodes a block; called on several threads at once.</summary>
    EncodedLists Encode(ListBlock block);

    /// <summary>Told where a block lies in the file, in the order of the blocks.</summary>
    void Place(EncodedLists block, long offset);

    /// <summary>What the file ends with.</summary>
    ReadOnlyMemory<byte> End();
}

/// <summary>A block as it is written.</summary>
/// <param name="Bytes">The bytes to write.</param>
internal record EncodedLists(ReadOnlyMemory<byte> Bytes);
