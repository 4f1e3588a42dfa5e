namespace GpuAls;

/// <summary>A file with plays.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Format">What is in it.</param>
/// <param name="Compression">How text is compressed.</param>
/// <param name="Bytes">Its size.</param>
public sealed record InputFile(string Path, InputFormat Format, InputCompression Compression, long Bytes);

/// <summary>What is in a file.</summary>
public enum InputFormat
{
    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>Delimited text.</summary>
    Delimited,
}

/// <summary>How a text file is compressed.</summary>
public enum InputCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary><c>.gz</c>.</summary>
    Gzip,

    /// <summary><c>.zst</c>.</summary>
    Zstandard,
}
