using Parquet.Meta;
using Type = Parquet.Meta.Type;

namespace GpuAls;

/// <summary>A column of Parquet's schema, never null.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="PhysicalType">How its values are stored.</param>
/// <param name="Length">Bytes of a value of fixed length.</param>
/// <param name="LogicalType">What they mean, where that is more than how they are stored: the number of the field in the format's union LogicalType.</param>
/// <param name="ConvertedType">The same for readers that know the older form only.</param>
internal sealed record ParquetColumn(string Name, Type PhysicalType, int? Length = null, int? LogicalType = null, ConvertedType? ConvertedType = null)
{
    public static ParquetColumn Integer(string name) => new(name, PhysicalType: Type.INT32);

    public static ParquetColumn Float(string name) => new(name, PhysicalType: Type.FLOAT);

    public static ParquetColumn Long(string name) => new(name, PhysicalType: Type.INT64);

    public static ParquetColumn Text(string name) =>
        new(name, PhysicalType: Type.BYTE_ARRAY, LogicalType: 1, ConvertedType: Parquet.Meta.ConvertedType.UTF8);

    public static ParquetColumn Uuid(string name) => new(name, PhysicalType: Type.FIXED_LEN_BYTE_ARRAY, Length: 16, LogicalType: 14);
}
