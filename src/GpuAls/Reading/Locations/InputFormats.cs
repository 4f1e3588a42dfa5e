namespace GpuAls;

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
