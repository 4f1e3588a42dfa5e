using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>Rows to solve, with the rows of the fixed side that their plays name.</summary>
/// <param name="Rows">The rows, of the plays.</param>
/// <param name="Columns">The columns that their plays name, ascending.</param>
internal sealed record SpilledBlock(RowRange Rows, int[] Columns)
{
    /// <summary>The plays of the rows, with positions in <see cref="Columns"/> as columns: in the same order.</summary>
    /// <param name="plays">[rows, columns].</param>
    public CsrMatrix PlaysOf(CsrMatrix plays)
    {
        ArgumentNullException.ThrowIfNull(plays);
        var rows = plays.Slice(Rows.Start, Rows.Count);
        var indices = new int[rows.EntryCount];
        Parallel.For(0, Rows.Count, row =>
        {
            var columns = rows.RowIndices(row);
            var at = 0;
            var renamed = indices.AsSpan((int)rows.Indptr[row], columns.Length);
            for (var i = 0; i < columns.Length; i++)
            {
                at += Columns.AsSpan(at).BinarySearch(columns[i]);
                renamed[i] = at;
            }
        });
        return CsrMatrix.InBuffers(Columns.Length, rows.Indptr.ToArray(), indices, rows.Values.ToArray());
    }
}

/// <summary>Cuts rows into blocks that fit on a device with the rows of the fixed side that they need.</summary>
/// <param name="plays">[rows, columns].</param>
/// <param name="room">Bytes of the device for a block.</param>
/// <param name="columnBytes">Bytes that a column adds to a block; 0 where all are on the device.</param>
/// <param name="rowBytes">Bytes that a row adds besides its plays.</param>
internal sealed class SpilledCut(CsrMatrix plays, long room, long columnBytes, long rowBytes)
{
    /// <summary>So many times the plays of a block are on the device: once to stay, twice to be streamed.</summary>
    private const int CopiesOfPlays = 3;

    /// <summary>[columns], the block that has a column already, from 1.</summary>
    private readonly int[] _blockOf = columnBytes > 0 ? new int[plays.ColumnCount] : [];

    /// <summary>The blocks, one after the other; a row that does not fit alone gets a block of its own.</summary>
    public IEnumerable<SpilledBlock> Blocks()
    {
        for (var (row, block) = (0, 1); row < plays.RowCount; block++)
        {
            var next = Next(row, block);
            yield return next;
            row += next.Rows.Count;
        }
    }

    private SpilledBlock Next(int first, int block)
    {
        var columns = new List<int>();
        var (size, row) = (SliceSize.From(first, isScheduled: true), first);
        for (; row < plays.RowCount; row++)
        {
            var longer = size.With(plays.RowLength(row));
            var known = columns.Count;
            if (columnBytes > 0) Add(row, block, columns);
            var bytes = (longer.Bytes * CopiesOfPlays) + (columns.Count * columnBytes) + (longer.Rows.Count * rowBytes);
            if (row > first && bytes > room)
            {
                // The columns of this row are of the next block.
                foreach (var column in CollectionsMarshal.AsSpan(columns)[known..]) _blockOf[column] = 0;
                columns.RemoveRange(known, columns.Count - known);
                break;
            }

            size = longer;
        }

        columns.Sort();
        return new SpilledBlock(new RowRange(first, row - first), [.. columns]);
    }

    private void Add(int row, int block, List<int> columns)
    {
        foreach (var column in plays.RowIndices(row))
        {
            if (_blockOf[column] == block) continue;
            _blockOf[column] = block;
            columns.Add(column);
        }
    }
}
