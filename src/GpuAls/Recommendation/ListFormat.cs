namespace GpuAls;

/// <summary>A file format for lists. A new one is an <see cref="IListEncoder"/> and a line here.</summary>
/// <param name="Extension">The extension of its files.</param>
/// <param name="EncoderOf">Makes what encodes lists.</param>
internal sealed record ListFormat(string Extension, Func<ListColumns, IListEncoder> EncoderOf)
{
    /// <summary>Columns user, item, rank (int32, from 1) and score (float).</summary>
    public static ListFormat Parquet { get; } = new(".parquet", columns => new ParquetListEncoder(columns));

    /// <summary>A row for each list: user, recommendations: array&lt;struct&lt;item, rating&gt;&gt;.</summary>
    public static ListFormat NestedParquet { get; } =
        new(".parquet", columns => new NestedListEncoder(columns));

    /// <summary>Columns user, item, rank and score, with a header (RFC 4180).</summary>
    public static ListFormat Csv { get; } = new(".csv", columns => new CsvListEncoder(columns));

    /// <summary>One list a line, {"user": ..., "items": [{"item": ..., "score": ...}]}.</summary>
    public static ListFormat JsonLines { get; } = new(".jsonl", columns => new JsonLinesListEncoder(columns));

    private static ListFormat[] All { get; } = [Parquet, Csv, JsonLines];

    /// <summary>The format that the extension of a file and a shape ask for.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: another extension, or it has no such shape.</exception>
    public static ListFormat Of(string path, ListShape shape)
    {
        var format = Of(path);
        if (shape == ListShape.Flat) return format;
        return format == Parquet
            ? NestedParquet
            : throw new GpuAlsException(FailureKind.Usage, $"'{path}': {WhyParquet}");
    }

    /// <summary>Why other formats have no nested lists.</summary>
    public const string WhyParquet = "--list-shape nested requires a .parquet file: CSV and tables of databases have "
        + "a row for each listed item, and .jsonl has one line per list anyway.";

    /// <summary>Whether a location is a file, or a folder of files, of Parquet.</summary>
    public static bool IsParquet(string? path) =>
        path is not null && !Databases.Has(path)
        && ExtensionOf(path).Equals(Parquet.Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>The format that the extension of a file asks for, or of a folder of parts.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: another extension.</exception>
    public static ListFormat Of(string path)
    {
        var extension = ExtensionOf(path);
        foreach (var format in All)
            if (format.Extension.Equals(extension, StringComparison.OrdinalIgnoreCase)) return format;
        var others = string.Join(", ", All[..^1].Select(format => format.Extension));
        throw new GpuAlsException(
            FailureKind.Usage,
            $"cannot write lists to '{path}': the extension is '{extension}'; "
            + $"expected {others} or {All[^1].Extension}.");
    }

    private static string ExtensionOf(string path) => Path.GetExtension(Path.TrimEndingDirectorySeparator(path));

    /// <summary>Lists in this format.</summary>
    /// <param name="stream">The file from its start; stays open.</param>
    /// <param name="columns">Ids and columns.</param>
    public IRecommendationSink SinkTo(Stream stream, ListColumns columns) =>
        new EncodedListSink(EncoderOf(columns), stream);
}

/// <summary>Encodes lists in one format: what is before the blocks, each block, what is behind them.</summary>
internal interface IListEncoder
{
    /// <summary>Rows of a block, at most.</summary>
    int BlockRows { get; }

    /// <summary>What the file begins with.</summary>
    ReadOnlyMemory<byte> Start();

    /// <summary>Encodes a block; called on several threads at once.</summary>
    EncodedLists Encode(ListBlock block);

    /// <summary>Told at which offset of the file a block is written, in the order of the blocks.</summary>
    void WrittenAt(EncodedLists block, long offset);

    /// <summary>What the file ends with.</summary>
    ReadOnlyMemory<byte> End();
}

/// <summary>A block as it is written.</summary>
/// <param name="Bytes">The bytes to write.</param>
internal record EncodedLists(ReadOnlyMemory<byte> Bytes);
