namespace GpuAls;

/// <summary>A file of plays: its bytes, and what they hold.</summary>
internal sealed record InputFile
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

    /// <summary>
    /// The columns that its directories are, such as <c>country=de</c>; a column of the file itself goes before one
    /// of these.
    /// </summary>
    internal IReadOnlyDictionary<string, PartitionValue> Partitions { get; init; } =
        new Dictionary<string, PartitionValue>();

    /// <summary>What one reading of the file may expand to.</summary>
    internal ExpansionLimit ExpansionLimit(InteractionSchema schema) => new(Path, Bytes, schema.MaxExpandedBytes);
}

/// <summary>What a file holds.</summary>
internal enum InputFormat
{
    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>Delimited text.</summary>
    Delimited,

    /// <summary>Text with a JSON object in each line.</summary>
    JsonLines,
}

/// <summary>How a text file is compressed.</summary>
internal enum InputCompression
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

/// <summary>What the name of a file says of its form.</summary>
internal static class InputFormats
{
    public const string Expected =
        ".parquet, .csv, .tsv, .dat, .txt, .json, .jsonl or .ndjson (all but .parquet also with .gz, .bz2 or .zst)";

    /// <returns>False where the extension is none of those expected.</returns>
    public static bool TryOf(string path, out InputFormat format, out InputCompression compression)
    {
        compression = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".GZ" => InputCompression.Gzip,
            ".BZ2" => InputCompression.Bzip2,
            ".ZST" => InputCompression.Zstandard,
            _ => InputCompression.None,
        };
        var found = ExtensionOf(path, compression).ToUpperInvariant() switch
        {
            ".PARQUET" when compression == InputCompression.None => InputFormat.Parquet,
            ".CSV" or ".TSV" or ".DAT" or ".TXT" => InputFormat.Delimited,
            ".JSON" or ".JSONL" or ".NDJSON" => InputFormat.JsonLines,
            _ => default(InputFormat?),
        };
        format = found ?? default;
        return found is not null;
    }

    /// <summary>The extension, that of the compression left off.</summary>
    public static string ExtensionOf(string path, InputCompression compression) =>
        Path.GetExtension(compression == InputCompression.None ? path : Path.GetFileNameWithoutExtension(path));
}
