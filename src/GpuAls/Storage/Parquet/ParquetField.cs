using Type = Parquet.Meta.Type;

namespace GpuAls;

/// <summary>What the values of a column mean beyond how they are stored.</summary>
internal enum ParquetMeaning
{
    None,
    Text,
    Enum,
    Json,
    Bson,
    Decimal,
    Date,
    Time,
    TimestampMillis,
    TimestampMicros,
    TimestampNanos,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Interval,
    Uuid,
    Float16,

    /// <summary>Lists and maps, which mark groups only.</summary>
    Nested,
}

/// <summary>A column of Parquet's schema: a leaf of its tree.</summary>
/// <param name="Name">Its name; a field of a struct has the names of all structs before it, separated by dots.</param>
/// <param name="Type">How its values are stored.</param>
/// <param name="TypeLength">Bytes per value of FIXED_LEN_BYTE_ARRAY.</param>
/// <param name="Meaning">What the values mean.</param>
/// <param name="Precision">Digits of a DECIMAL.</param>
/// <param name="Scale">Digits of a DECIMAL after the point.</param>
/// <param name="MaximumDefinition">The definition level of a value that is not null; 0 if none can be.</param>
/// <param name="IsRepeated">Whether a row may have several values.</param>
/// <param name="Index">Its index among all leaves, which is the index of its chunk in a row group.</param>
internal sealed record ParquetField(
    string Name,
    Type Type,
    int TypeLength,
    ParquetMeaning Meaning,
    int Precision,
    int Scale,
    int MaximumDefinition,
    bool IsRepeated,
    int Index)
{
    /// <summary>The type as Parquet spells it, such as <c>FIXED_LEN_BYTE_ARRAY(2) (FLOAT16)</c>.</summary>
    public string TypeName
    {
        get
        {
            var length = Type == Type.FIXED_LEN_BYTE_ARRAY ? $"({TypeLength})" : "";
            return Meaning == ParquetMeaning.None ? $"{Type}{length}" : $"{Type}{length} ({MeaningName})";
        }
    }

    private string MeaningName => Meaning switch
    {
        ParquetMeaning.Text => "STRING",
        ParquetMeaning.Decimal => $"DECIMAL({Precision}, {Scale})",
        ParquetMeaning.TimestampMillis or ParquetMeaning.TimestampMicros or ParquetMeaning.TimestampNanos =>
            "TIMESTAMP",
        _ => Meaning.ToString().ToUpperInvariant(),
    };
}
