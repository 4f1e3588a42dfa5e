using Parquet.Meta;

namespace GpuAls;

/// <summary>The names that Parquet gives to types.</summary>
internal static class ParquetNames
{
    private static readonly (string DotNet, string Parquet)[] Known =
    [
        ("System.ReadOnlyMemory`1[System.Char]", "STRING"), ("System.ReadOnlyMemory`1[System.Byte]", "BYTE_ARRAY"), ("ReadOnlyMemory`1[System.Char]", "STRING"),
        ("ReadOnlyMemory`1[System.Byte]", "BYTE_ARRAY"), ("System.Half", "FLOAT16"), ("System.Single", "FLOAT"), ("System.Double", "DOUBLE"),
        ("System.Int32", "INT32"), ("System.Int64", "INT64"), ("System.UInt32", "UINT32"), ("System.UInt64", "UINT64"), ("System.Guid", "UUID"),
        ("System.Boolean", "BOOLEAN"), ("System.Decimal", "DECIMAL"), ("System.DateTime", "TIMESTAMP"), ("System.String", "STRING"),
    ];

    /// <summary>A message of the library, which has the types of .NET in it, for those who know Parquet's.</summary>
    public static string InPlaceOfDotNet(string message) => Known.Aggregate(message.TrimEnd('.'), (text, name) => text.Replace(name.DotNet, name.Parquet, StringComparison.Ordinal));

    /// <summary>The type of a column, such as INT32 or FIXED_LEN_BYTE_ARRAY(2) (FLOAT16).</summary>
    public static string Of(SchemaElement? element)
    {
        if (element?.Type is not { } physical) return "of an unknown type";
        var length = physical == Parquet.Meta.Type.FIXED_LEN_BYTE_ARRAY ? $"({element.TypeLength})" : "";
        var meaning = element.LogicalType is { } logical ? Of(logical) : element.ConvertedType?.ToString();
        return meaning is null ? $"{physical}{length}" : $"{physical}{length} ({meaning})";
    }

    private static string? Of(LogicalType type) => type switch
    {
        { STRING: not null } => "STRING",
        { ENUM: not null } => "ENUM",
        { JSON: not null } => "JSON",
        { BSON: not null } => "BSON",
        { UUID: not null } => "UUID",
        { FLOAT16: not null } => "FLOAT16",
        { DECIMAL: { } number } => $"DECIMAL({number.Precision}, {number.Scale})",
        { INTEGER: { } number } => $"{(number.IsSigned ? "INT" : "UINT")}{number.BitWidth}",
        { DATE: not null } => "DATE",
        { TIME: not null } => "TIME",
        { TIMESTAMP: not null } => "TIMESTAMP",
        _ => null,
    };
}
