namespace GpuAls;

/// <summary>Cuts plays into blocks of whole rows.</summary>
internal static class PlaysCut
{
    /// <summary>Blocks of as many rows as fit, in the order of the rows; a row that is larger than a block is one by itself.</summary>
    /// <param name="plays">[rows, columns].</param>
    /// <param name="isScheduled">Whether the rows are to be solved.</param>
    /// <param name="blockBytes">The most bytes of a block, and of what its rows need beside it.</param>
    /// <param name="rowBytes">Bytes that each row needs beside its plays.</param>
    public static List<PlaysSlice> Blocks(CsrMatrix plays, bool isScheduled, long blockBytes, long rowBytes)
    {
        var blocks = new List<PlaysSlice>();
        for (var row = 0; row < plays.RowCount; row += blocks[^1].Size.Rows.Count)
            blocks.Add(new PlaysSlice(plays, Next(plays, SliceSize.From(row, isScheduled), blockBytes, rowBytes)));
        return blocks;
    }

    /// <summary>The bytes of the longest row as a block by itself, or of what it needs beside that.</summary>
    public static long LargestRow(int longestRow, bool isScheduled, long rowBytes) =>
        Bytes(SliceSize.From(0, isScheduled).With(longestRow), rowBytes);

    private static SliceSize Next(CsrMatrix plays, SliceSize size, long blockBytes, long rowBytes)
    {
        for (var row = size.Rows.Start; row < plays.RowCount; row++)
        {
            var longer = size.With(plays.RowLength(row));
            if (size.Rows.Count > 0 && Bytes(longer, rowBytes) > blockBytes) break;
            size = longer;
        }

        return size;
    }

    private static long Bytes(SliceSize size, long rowBytes) => Math.Max(size.Bytes, size.Rows.Count * rowBytes);
}
