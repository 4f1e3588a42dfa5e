namespace GpuAls;

/// <summary>What the name of a file says of its form.</summary>
internal static class InputFormats
{
    public const string Expected = ".parquet, .csv, .tsv, .dat or .txt (text also with .gz or .zst)";

    private static readonly string[] TextExtensions = [".csv", ".tsv", ".dat", ".txt"];

    /// <returns>False where the extension is none of those expected.</returns>
    public static bool TryOf(string path, out InputFormat format, out InputCompression compression)
    {
        compression = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".GZ" => InputCompression.Gzip,
            ".ZST" => InputCompression.Zstandard,
            _ => InputCompression.None,
        };
        var extension = ExtensionOf(path, compression);
        var isParquet = extension.Equals(".parquet", StringComparison.OrdinalIgnoreCase) && compression == InputCompression.None;
        format = isParquet ? InputFormat.Parquet : InputFormat.Delimited;
        return isParquet || TextExtensions.Contains(extension, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The extension, that of the compression left off.</summary>
    public static string ExtensionOf(string path, InputCompression compression) =>
        Path.GetExtension(compression == InputCompression.None ? path : Path.GetFileNameWithoutExtension(path));
}
