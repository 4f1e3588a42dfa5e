namespace GpuAls;

/// <summary>Whole lines of a text file.</summary>
/// <param name="memory">What they live in.</param>
/// <param name="length">Bytes that are lines.</param>
internal sealed class TextBlock(RentedArray<byte> memory, int length) : IDisposable
{
    /// <summary>UTF-8, unless the file is something else.</summary>
    public ReadOnlySpan<byte> Bytes => memory.Span[..length];

    /// <summary>The number of the first line, from 1.</summary>
    public required long FirstLine { get; init; }

    /// <summary>How much of the file was read with it, 0 .. 1.</summary>
    public required double Fraction { get; init; }

    /// <summary>Whether each line end is a record's and each delimiter a field's: there are no quotes, and no \r but before \n.</summary>
    /// <param name="hasQuotes">Whether quotes mean anything.</param>
    public bool IsPlain(bool hasQuotes)
    {
        if (hasQuotes && Bytes.Contains((byte)'"')) return false;
        if (FirstLine == 1 && Bytes is [0xFE or 0xFF or 0 or (byte)'\r' or (byte)'\n', ..]) return false; // UTF-16 or UTF-32, or no header
        for (var rest = Bytes; rest.IndexOf((byte)'\r') is var at and >= 0; rest = rest[(at + 2)..])
            if (at + 1 >= rest.Length || rest[at + 1] != '\n') return false;
        return true;
    }

    public void Dispose() => memory.Dispose();
}
