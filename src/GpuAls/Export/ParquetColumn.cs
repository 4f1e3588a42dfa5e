using GpuAls.Reading;

namespace GpuAls.Export;

/// <summary>A column of Parquet's schema, never null. The numbers are those of the format.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="PhysicalType">How its values are stored.</param>
/// <param name="Length">Bytes of a value of fixed length.</param>
/// <param name="LogicalType">What they mean, where that is more than how they are stored.</param>
/// <param name="ConvertedType">The same for readers that know the older form only.</param>
internal sealed record ParquetColumn(string Name, int PhysicalType, int? Length = null, int? LogicalType = null, int? ConvertedType = null)
{
    public static ParquetColumn Integer(string name) => new(name, PhysicalType: 1);

    public static ParquetColumn Float(string name) => new(name, PhysicalType: 4);

    public static ParquetColumn Ids(string name, IdType type) => type switch
    {
        IdType.Text => new ParquetColumn(name, PhysicalType: 6, LogicalType: 1, ConvertedType: 0),
        IdType.Integer32 => Integer(name),
        IdType.Integer64 => new ParquetColumn(name, PhysicalType: 2),
        IdType.Uuid => new ParquetColumn(name, PhysicalType: 7, Length: 16, LogicalType: 14),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
