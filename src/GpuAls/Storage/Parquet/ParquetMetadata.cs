using Parquet.Meta;

namespace GpuAls;

/// <summary>What a Parquet footer says of a file: its columns and where their values are.</summary>
/// <param name="Schema">The columns.</param>
/// <param name="Groups">The row groups, in file order.</param>
internal sealed record ParquetMetadata(ParquetSchemaTree Schema, IReadOnlyList<ParquetRowGroup> Groups)
{
    private const string What = "its footer";

    /// <summary>Parses FileMetaData of parquet.thrift.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or has bytes left over.</exception>
    public static ParquetMetadata Parse(ReadOnlySpan<byte> footer)
    {
        var thrift = new ThriftReader(footer, What);
        ParquetSchemaTree? schema = null;
        List<ParquetRowGroup>? groups = null;
        var number = 0;
        while (thrift.NextField(ref number) is var type and > 0)
        {
            switch (number)
            {
                case 2: schema = ParquetSchemaTree.Parse(ref thrift, type); break;
                case 4: groups = ParseGroups(ref thrift, type); break;
                default: thrift.SkipValue(type); break;
            }
        }

        return thrift.Left == 0 && schema is not null && groups is not null
            ? new ParquetMetadata(schema, groups)
            : throw thrift.Damaged();
    }

    private static List<ParquetRowGroup> ParseGroups(ref ThriftReader thrift, int type)
    {
        var groups = new List<ParquetRowGroup>();
        for (var count = thrift.List(type, ThriftType.Struct); count > 0; count--)
            groups.Add(ParquetRowGroup.Parse(ref thrift));
        return groups;
    }
}

/// <summary>A row group.</summary>
/// <param name="RowCount">Number of rows, as the footer says.</param>
/// <param name="Chunks">The column chunks, in schema order.</param>
internal sealed record ParquetRowGroup(long RowCount, IReadOnlyList<ParquetColumnChunk> Chunks)
{
    /// <summary>Parses RowGroup of parquet.thrift.</summary>
    public static ParquetRowGroup Parse(ref ThriftReader thrift)
    {
        List<ParquetColumnChunk> chunks = [];
        var rows = -1L;
        var number = 0;
        while (thrift.NextField(ref number) is var type and > 0)
        {
            switch (number)
            {
                case 1:
                    for (var count = thrift.List(type, ThriftType.Struct); count > 0; count--)
                        chunks.Add(ParquetColumnChunk.Parse(ref thrift));
                    break;
                case 3: rows = thrift.Integer64(type); break;
                default: thrift.SkipValue(type); break;
            }
        }

        return new ParquetRowGroup(rows, chunks);
    }
}

/// <summary>Where the values of a column are within a row group.</summary>
internal sealed record ParquetColumnChunk
{
    /// <summary>Whether the footer describes the chunk at all.</summary>
    public bool HasMetadata { get; private set; }

    /// <summary>Whether the values are in another file.</summary>
    public bool IsElsewhere { get; private set; }

    public bool IsEncrypted { get; private set; }

    public Parquet.Meta.Type Type { get; private set; }

    public CompressionCodec Codec { get; private set; }

    /// <summary>Number of values, including nulls.</summary>
    public long ValueCount { get; private set; }

    /// <summary>Size of all pages with their headers, in bytes.</summary>
    public long CompressedBytes { get; private set; }

    /// <summary>Offset of the first page in the file, in bytes.</summary>
    public long Offset { get; private set; }

    /// <summary>Parses ColumnChunk of parquet.thrift.</summary>
    public static ParquetColumnChunk Parse(ref ThriftReader thrift)
    {
        var chunk = new ParquetColumnChunk();
        var number = 0;
        while (thrift.NextField(ref number) is var type and > 0)
        {
            switch (number)
            {
                case 1:
                    chunk.IsElsewhere = true;
                    thrift.SkipValue(type);
                    break;
                case 3:
                    thrift.Expect(type, ThriftType.Struct);
                    chunk.ParseMetadata(ref thrift);
                    break;
                case 8:
                    chunk.IsEncrypted = true;
                    thrift.SkipValue(type);
                    break;
                default: thrift.SkipValue(type); break;
            }
        }

        return chunk;
    }

    private void ParseMetadata(ref ThriftReader thrift)
    {
        HasMetadata = true;
        var (data, dictionary) = (-1L, 0L);
        var number = 0;
        while (thrift.NextField(ref number) is var type and > 0)
        {
            switch (number)
            {
                case 1: Type = (Parquet.Meta.Type)thrift.Integer32(type); break;
                case 4: Codec = (CompressionCodec)thrift.Integer32(type); break;
                case 5: ValueCount = thrift.Integer64(type); break;
                case 7: CompressedBytes = thrift.Integer64(type); break;
                case 9: data = thrift.Integer64(type); break;
                case 11: dictionary = thrift.Integer64(type); break;
                default: thrift.SkipValue(type); break;
            }
        }

        Offset = dictionary > 0 ? Math.Min(dictionary, data) : data; // some writers give 0 for "no dictionary"
    }
}
