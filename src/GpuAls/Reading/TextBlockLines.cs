using System.Text.Unicode;

namespace GpuAls;

/// <summary>The lines of plain blocks, see <see cref="TextBlock.IsPlain"/>.</summary>
/// <param name="file">The file.</param>
/// <param name="delimiter">What separates fields.</param>
internal sealed class TextBlockLines(InputFile file, byte delimiter)
{
    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>The fields of the first line of a file.</summary>
    public string[] Header(TextBlock block)
    {
        if (!Utf8.IsValid(block.Bytes)) throw TextErrors.NotUtf8(file);
        var line = NextLine(Body(block), out _);
        return System.Text.Encoding.UTF8.GetString(line).Split((char)delimiter);
    }

    /// <summary>Reads all lines of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="columns">Where the fields stand.</param>
    /// <param name="skipsFirst">Whether the first line is the header.</param>
    /// <param name="rows">Receives them.</param>
    public void Read(TextBlock block, DelimitedColumns columns, bool skipsFirst, TextRows rows)
    {
        if (!Utf8.IsValid(block.Bytes)) throw TextErrors.NotUtf8(file);
        var starts = new int[columns.Needed + 1]; // of the fields; that of the one after the last, too
        var number = block.FirstLine;
        for (var rest = Body(block); !rest.IsEmpty; number++)
        {
            var line = NextLine(rest, out var length);
            rest = rest[length..];
            if (line.IsEmpty || (skipsFirst && number == block.FirstLine)) continue;
            var fields = Split(line, starts);
            if (fields < columns.Needed) rows.Reject(number, fields);
            else
                rows.Add(
                    number, Field(line, starts, columns.User), Field(line, starts, columns.Item), columns.Weight < 0 ? [] : Field(line, starts, columns.Weight),
                    columns.Time < 0 ? [] : Field(line, starts, columns.Time));
        }
    }

    private static ReadOnlySpan<byte> Body(TextBlock block) => block.FirstLine == 1 && block.Bytes.StartsWith(Mark) ? block.Bytes[Mark.Length..] : block.Bytes;

    /// <summary>A line without its end.</summary>
    /// <param name="bytes">Begin with it.</param>
    /// <param name="length">Its bytes with its end.</param>
    private static ReadOnlySpan<byte> NextLine(ReadOnlySpan<byte> bytes, out int length)
    {
        var end = bytes.IndexOf((byte)'\n');
        length = end < 0 ? bytes.Length : end + 1;
        var line = end < 0 ? bytes : bytes[..end];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, int[] starts, int ordinal) => line[starts[ordinal]..(starts[ordinal + 1] - 1)];

    /// <summary>Finds the fields of a line, as many as are needed.</summary>
    /// <returns>How many there are.</returns>
    private int Split(ReadOnlySpan<byte> line, int[] starts)
    {
        for (var field = 1; field < starts.Length; field++)
        {
            var length = line[starts[field - 1]..].IndexOf(delimiter);
            if (length >= 0)
            {
                starts[field] = starts[field - 1] + length + 1;
                continue;
            }

            starts[field] = line.Length + 1;
            return field;
        }

        return starts.Length - 1;
    }
}
