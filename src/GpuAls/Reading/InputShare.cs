namespace GpuAls;

/// <summary>
/// What one of several processes reads of an input: a range of its bytes or rows, in their order. A batch of a file is
/// read by the process in whose range its middle is, and by no other.
/// </summary>
/// <param name="Rank">Which process it is, from 0.</param>
/// <param name="Size">Number of processes.</param>
internal readonly record struct InputShare(int Rank, int Size)
{
    /// <summary>One process reads everything.</summary>
    public static InputShare Whole => new(0, 1);

    /// <summary>The share of a process of a group.</summary>
    public static InputShare Of(IProcessGroup group) => new(group.Rank, group.Size);

    /// <summary>The range of this process.</summary>
    /// <param name="total">Number of all bytes or rows.</param>
    public (long Start, long End) RangeOf(long total) =>
        ((long)((Int128)total * Rank / Size), (long)((Int128)total * (Rank + 1) / Size));
}

/// <summary>The part of a file that a process reads.</summary>
/// <param name="Start">The first byte in the range of the process; 0 or less where an earlier file has that.</param>
/// <param name="End">The first byte after the range; it may be behind the file.</param>
/// <param name="Bytes">Length of the file.</param>
internal readonly record struct FilePart(long Start, long End, long Bytes)
{
    /// <summary>Whether any batch may be in the range.</summary>
    public bool IsAny => End > Math.Max(0, Start) && Start < Math.Max(1, Bytes);

    /// <summary>All of a file.</summary>
    public static FilePart Whole(long bytes) => new(0, long.MaxValue, bytes);

    /// <summary>[files], the part of each.</summary>
    /// <param name="files">Files that are read one after the other.</param>
    /// <param name="share">Which process reads them.</param>
    public static FilePart[] Of(IReadOnlyList<InputFile> files, InputShare share)
    {
        var (start, end) = share.RangeOf(files.Sum(file => file.Bytes));
        if (share.Rank == share.Size - 1) end = long.MaxValue; // empty files at the end are the last process's
        var (parts, before) = (new FilePart[files.Count], 0L);
        for (var file = 0; file < parts.Length; before += files[file++].Bytes)
            parts[file] = new FilePart(start - before, end - before, files[file].Bytes);
        return parts;
    }

    /// <summary>Whether a batch is in the range.</summary>
    /// <param name="position">
    /// Where it starts. Text in another encoding may seem to start behind the end of its file; that is the last byte.
    /// </param>
    /// <param name="length">Its bytes, or those to the end of the file if these are fewer.</param>
    public bool Has(long position, long length) =>
        Middle(position, length) >= Start && Middle(position, length) < End;

    /// <summary>Whether a batch and all after it are behind the range.</summary>
    public bool IsBehind(long position, long length) => Middle(position, length) >= End;

    private long Middle(long position, long length) => Math.Min(
        position + (Math.Clamp(length, 0, Math.Max(0, Bytes - position)) / 2), Math.Max(0, Bytes - 1));
}
