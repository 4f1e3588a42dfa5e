using Parquet.Schema;

namespace GpuAls.Reading;

/// <summary>The columns of a Parquet file that hold users, items and weights, checked for their types.</summary>
internal sealed class ParquetColumns
{
    private static readonly Type[] IdTypes =
    [
        typeof(ReadOnlyMemory<char>), typeof(ReadOnlyMemory<byte>), typeof(Guid), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort),
        typeof(int), typeof(uint), typeof(long), typeof(ulong),
    ];

    private static readonly Type[] WeightTypes =
    [
        typeof(float), typeof(double), typeof(decimal), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort),
        typeof(int), typeof(uint), typeof(long), typeof(ulong),
    ];

    private const string Ids = "ids are strings, integers or UUIDs (16 bytes)";

    private readonly InputFile _file;
    private readonly ParquetSchema _schema;

    public ParquetColumns(InputFile file, InteractionSchema schema, ParquetSchema parquet)
    {
        (_file, _schema) = (file, parquet);
        ColumnErrors.CheckNames(file.Path, schema, [.. parquet.Fields.Select(field => field.Name)]);
        User = Find(schema.UserColumn, "--user-column", IdTypes, Ids);
        Item = Find(schema.ItemColumn, "--item-column", IdTypes, Ids);
        Weight = schema.WeightColumn is { } name ? Find(name, "--weight-column", WeightTypes, "weights are numbers (FLOAT, DOUBLE, DECIMAL or integers)") : null;
    }

    public DataField User { get; }

    public DataField Item { get; }

    public DataField? Weight { get; }

    private DataField Find(string name, string option, Type[] types, string expected)
    {
        var field = _schema.Fields.First(field => field.Name == name);
        if (field is not DataField { IsArray: false, MaxRepetitionLevel: 0 } data)
            throw ColumnErrors.Mistyped(_file.Path, name, "nested", expected, option);
        if (!types.Contains(data.ClrType) || !ParquetForms.AreStoredAsTheirType(data)) throw ColumnErrors.Mistyped(_file.Path, name, ParquetNames.Of(data.SchemaElement), expected, option);
        return data;
    }
}
