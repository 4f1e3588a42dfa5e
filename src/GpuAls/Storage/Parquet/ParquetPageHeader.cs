using Parquet.Meta;

namespace GpuAls;

/// <summary>
/// The header of a page (PageHeader in parquet.thrift). In a damaged file its numbers may be anything.
/// </summary>
internal readonly record struct ParquetPageHeader
{
    private const string What = "the header of a page";

    public PageType Type { get; private init; }

    /// <summary>Size of the page in the file, in bytes.</summary>
    public int CompressedBytes { get; private init; }

    /// <summary>Size of the page once decompressed, in bytes.</summary>
    public int Bytes { get; private init; }

    /// <summary>CRC-32 of the page as stored; null if the writer gave none.</summary>
    public uint? Checksum { get; private init; }

    /// <summary>Number of values, including nulls.</summary>
    public int Values { get; private init; }

    public Encoding Encoding { get; private init; }

    /// <summary>Encoding of the definition levels in a version 1 page.</summary>
    public Encoding LevelEncoding { get; private init; }

    /// <summary>Size of the definition levels in a version 2 page, in bytes; they are never compressed.</summary>
    public int DefinitionBytes { get; private init; }

    /// <summary>Size of the repetition levels in a version 2 page, in bytes.</summary>
    public int RepetitionBytes { get; private init; }

    /// <summary>Whether the values are compressed with the column's codec.</summary>
    public bool IsCompressed { get; private init; }

    /// <summary>The page type that the header's type-specific part describes.</summary>
    private PageType? Described { get; init; }

    private bool IsSound =>
        Bytes >= 0 && CompressedBytes >= 0 && Values >= 0 && DefinitionBytes >= 0 && RepetitionBytes >= 0
        && (Type == Described || Type is not (PageType.DATA_PAGE or PageType.DICTIONARY_PAGE or PageType.DATA_PAGE_V2));

    /// <param name="bytes">Bytes that start with the header.</param>
    /// <param name="length">Size of the header in bytes.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ParquetPageHeader Read(ReadOnlySpan<byte> bytes, out int length)
    {
        var thrift = new ThriftReader(bytes, What);
        var header = new ParquetPageHeader { Type = (PageType)(-1), IsCompressed = true };
        var number = 0;
        while (thrift.NextField(ref number) is var type and > 0)
        {
            header = (number, type) switch
            {
                (1, ThriftType.Integer32) => header with { Type = (PageType)thrift.Integer32() },
                (2, ThriftType.Integer32) => header with { Bytes = thrift.Integer32() },
                (3, ThriftType.Integer32) => header with { CompressedBytes = thrift.Integer32() },
                (4, ThriftType.Integer32) => header with { Checksum = (uint)thrift.Integer32() },
                (5, ThriftType.Struct) => ReadVersion1(ref thrift, header with { Described = PageType.DATA_PAGE }),
                // the same first two fields
                (7, ThriftType.Struct) => ReadVersion1(
                    ref thrift, header with { Described = PageType.DICTIONARY_PAGE }),
                (8, ThriftType.Struct) => ReadVersion2(ref thrift, header with { Described = PageType.DATA_PAGE_V2 }),
                _ => Skip(ref thrift, type, header),
            };
        }

        length = thrift.Position;
        return header.IsSound ? header : throw thrift.Damaged();
    }

    private static ParquetPageHeader ReadVersion1(ref ThriftReader thrift, ParquetPageHeader header)
    {
        var number = 0;
        while (thrift.NextField(ref number) is var type and > 0)
        {
            header = (number, type) switch
            {
                (1, ThriftType.Integer32) => header with { Values = thrift.Integer32() },
                (2, ThriftType.Integer32) => header with { Encoding = (Encoding)thrift.Integer32() },
                (3, ThriftType.Integer32) => header with { LevelEncoding = (Encoding)thrift.Integer32() },
                _ => Skip(ref thrift, type, header),
            };
        }

        return header;
    }

    private static ParquetPageHeader ReadVersion2(ref ThriftReader thrift, ParquetPageHeader header)
    {
        var number = 0;
        while (thrift.NextField(ref number) is var type and > 0)
        {
            header = (number, type) switch
            {
                (1, ThriftType.Integer32) => header with { Values = thrift.Integer32() },
                (4, ThriftType.Integer32) => header with { Encoding = (Encoding)thrift.Integer32() },
                (5, ThriftType.Integer32) => header with { DefinitionBytes = thrift.Integer32() },
                (6, ThriftType.Integer32) => header with { RepetitionBytes = thrift.Integer32() },
                (7, ThriftType.True) => header with { IsCompressed = true },
                (7, ThriftType.False) => header with { IsCompressed = false },
                _ => Skip(ref thrift, type, header),
            };
        }

        return header;
    }

    private static ParquetPageHeader Skip(ref ThriftReader thrift, int type, ParquetPageHeader header)
    {
        thrift.SkipValue(type);
        return header;
    }
}
