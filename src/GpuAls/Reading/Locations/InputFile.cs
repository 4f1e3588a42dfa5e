namespace GpuAls;

/// <summary>A file of plays: its bytes, and what they hold.</summary>
public sealed record InputFile
{
    /// <param name="source">The bytes.</param>
    /// <param name="format">What they hold.</param>
    /// <param name="compression">How text is compressed.</param>
    internal InputFile(IByteSource source, InputFormat format, InputCompression compression = InputCompression.None) =>
        (Source, Format, Compression) = (source, format, compression);

    /// <summary>The location, as messages show it.</summary>
    public string Path => Source.Name;

    /// <summary>What the file holds.</summary>
    public InputFormat Format { get; }

    /// <summary>How text is compressed.</summary>
    public InputCompression Compression { get; }

    /// <summary>Size in bytes.</summary>
    public long Bytes => Source.Length;

    /// <summary>The only way to read the file.</summary>
    internal IByteSource Source { get; }

    /// <summary>The columns that its directories are, such as <c>country=de</c>; a column of the file itself goes before one of these.</summary>
    internal IReadOnlyDictionary<string, PartitionValue> Partitions { get; init; } = new Dictionary<string, PartitionValue>();
}

/// <summary>What a file holds.</summary>
public enum InputFormat
{
    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>Delimited text.</summary>
    Delimited,

    /// <summary>Text with a JSON object in each line.</summary>
    JsonLines,
}

/// <summary>How a text file is compressed.</summary>
public enum InputCompression
{
    /// <summary>Not compressed.</summary>
    None,

    /// <summary><c>.gz</c>.</summary>
    Gzip,

    /// <summary><c>.bz2</c>.</summary>
    Bzip2,

    /// <summary><c>.zst</c>.</summary>
    Zstandard,
}
