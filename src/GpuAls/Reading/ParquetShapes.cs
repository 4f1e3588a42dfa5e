using static GpuAls.ThriftShape;

namespace GpuAls;

/// <summary>The structs of a Parquet footer, after parquet.thrift.</summary>
internal static class ParquetShapes
{
    private static readonly ThriftShape Empty = Of();
    private static readonly ThriftShape Decimal = Of(I32, I32);
    private static readonly ThriftShape Time = Of(Bool, Of(Empty, Empty, Empty));
    private static readonly ThriftShape Integer = Of(I8, Bool);
    private static readonly ThriftShape LogicalType = Of(Empty, Empty, Empty, Empty, Decimal, Empty, Time, Time, Empty, Integer, Empty, Empty, Empty, Empty, Empty);
    private static readonly ThriftShape SchemaElement = Of(I32, I32, I32, Bytes, I32, I32, I32, I32, I32, LogicalType);
    private static readonly ThriftShape KeyValue = Of(Bytes, Bytes);
    private static readonly ThriftShape Statistics = Of(Bytes, Bytes, I64, I64, Bytes, Bytes, Bool, Bool);
    private static readonly ThriftShape EncodingStatistics = Of(I32, I32, I32);
    private static readonly ThriftShape SizeStatistics = Of(I64, ListOf(I64), ListOf(I64));

    private static readonly ThriftShape ColumnMetadata = Of(
        I32, ListOf(I32), ListOf(Bytes), I32, I64, I64, I64, ListOf(KeyValue), I64, I64, I64, Statistics, ListOf(EncodingStatistics), I64, I32, SizeStatistics);

    private static readonly ThriftShape ColumnKey = Of(Empty, Of(ListOf(Bytes), Bytes));
    private static readonly ThriftShape ColumnChunk = Of(Bytes, I64, ColumnMetadata, I64, I32, I64, I32, ColumnKey, Bytes);
    private static readonly ThriftShape SortingColumn = Of(I32, Bool, Bool);
    private static readonly ThriftShape RowGroup = Of(ListOf(ColumnChunk), I64, I64, ListOf(SortingColumn), I64, I64, I16);
    private static readonly ThriftShape Encryption = Of(Bytes, Bytes, Bool);

    /// <summary>All of a footer.</summary>
    public static ThriftShape FileMetadata { get; } = Of(
        I32, ListOf(SchemaElement), I64, ListOf(RowGroup), ListOf(KeyValue), Bytes, ListOf(Of(Empty)), Of(Encryption, Encryption), Bytes);
}
