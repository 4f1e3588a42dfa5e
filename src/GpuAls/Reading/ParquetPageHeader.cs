using Parquet.Meta;

namespace GpuAls;

/// <summary>What stands before a page, after PageHeader in parquet.thrift; numbers may be anything where a file is damaged.</summary>
internal readonly record struct ParquetPageHeader
{
    private const string What = "the header of a page";

    public PageType Type { get; private init; }

    /// <summary>Bytes of the page in the file.</summary>
    public int CompressedBytes { get; private init; }

    /// <summary>Bytes of the page once decompressed.</summary>
    public int Bytes { get; private init; }

    /// <summary>CRC-32 of the page as it is in the file; null where the writer gave none.</summary>
    public uint? Checksum { get; private init; }

    /// <summary>Values, nulls included.</summary>
    public int Values { get; private init; }

    public Encoding Encoding { get; private init; }

    /// <summary>How definition levels are encoded in pages of version 1.</summary>
    public Encoding LevelEncoding { get; private init; }

    /// <summary>Bytes of the definition levels before a page of version 2; they are never compressed.</summary>
    public int DefinitionBytes { get; private init; }

    /// <summary>Bytes of the repetition levels before a page of version 2.</summary>
    public int RepetitionBytes { get; private init; }

    /// <summary>Whether the values are compressed as the column says.</summary>
    public bool IsCompressed { get; private init; }

    /// <summary>The type of page that the rest of the header is for.</summary>
    private PageType? Described { get; init; }

    private bool IsSound =>
        Bytes >= 0 && CompressedBytes >= 0 && Values >= 0 && DefinitionBytes >= 0 && RepetitionBytes >= 0
        && (Type == Described || Type is not (PageType.DATA_PAGE or PageType.DICTIONARY_PAGE or PageType.DATA_PAGE_V2));

    /// <param name="bytes">Begin with the header.</param>
    /// <param name="length">How long the header is.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ParquetPageHeader Read(ReadOnlySpan<byte> bytes, out int length)
    {
        var thrift = new ThriftBytes(bytes, What);
        var header = new ParquetPageHeader { Type = (PageType)(-1), IsCompressed = true };
        var number = 0;
        while (thrift.NextField(ref number) is var type and > 0)
        {
            header = (number, type) switch
            {
                (1, ThriftShape.Integer32) => header with { Type = (PageType)thrift.Integer32() },
                (2, ThriftShape.Integer32) => header with { Bytes = thrift.Integer32() },
                (3, ThriftShape.Integer32) => header with { CompressedBytes = thrift.Integer32() },
                (4, ThriftShape.Integer32) => header with { Checksum = (uint)thrift.Integer32() },
                (5, ThriftShape.Struct) => ReadVersion1(ref thrift, header with { Described = PageType.DATA_PAGE }),
                (7, ThriftShape.Struct) => ReadVersion1(ref thrift, header with { Described = PageType.DICTIONARY_PAGE }), // the same first two fields
                (8, ThriftShape.Struct) => ReadVersion2(ref thrift, header with { Described = PageType.DATA_PAGE_V2 }),
                _ => Skip(ref thrift, type, header),
            };
        }

        length = thrift.Position;
        return header.IsSound ? header : throw thrift.Damaged();
    }

    private static ParquetPageHeader ReadVersion1(ref ThriftBytes thrift, ParquetPageHeader header)
    {
        var number = 0;
        while (thrift.NextField(ref number) is var type and > 0)
        {
            header = (number, type) switch
            {
                (1, ThriftShape.Integer32) => header with { Values = thrift.Integer32() },
                (2, ThriftShape.Integer32) => header with { Encoding = (Encoding)thrift.Integer32() },
                (3, ThriftShape.Integer32) => header with { LevelEncoding = (Encoding)thrift.Integer32() },
                _ => Skip(ref thrift, type, header),
            };
        }

        return header;
    }

    private static ParquetPageHeader ReadVersion2(ref ThriftBytes thrift, ParquetPageHeader header)
    {
        var number = 0;
        while (thrift.NextField(ref number) is var type and > 0)
        {
            header = (number, type) switch
            {
                (1, ThriftShape.Integer32) => header with { Values = thrift.Integer32() },
                (4, ThriftShape.Integer32) => header with { Encoding = (Encoding)thrift.Integer32() },
                (5, ThriftShape.Integer32) => header with { DefinitionBytes = thrift.Integer32() },
                (6, ThriftShape.Integer32) => header with { RepetitionBytes = thrift.Integer32() },
                (7, ThriftShape.True) => header with { IsCompressed = true },
                (7, ThriftShape.False) => header with { IsCompressed = false },
                _ => Skip(ref thrift, type, header),
            };
        }

        return header;
    }

    private static ParquetPageHeader Skip(ref ThriftBytes thrift, int type, ParquetPageHeader header)
    {
        thrift.SkipValue(type);
        return header;
    }
}
