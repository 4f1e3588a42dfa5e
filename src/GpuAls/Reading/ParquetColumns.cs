using Parquet.Schema;

namespace GpuAls;

/// <summary>The columns of a Parquet file that hold users, items, weights and times, checked for their types.</summary>
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
        Time = schema.TimeColumn is { } time ? FindTime(time) : null;
    }

    public DataField User { get; }

    public DataField Item { get; }

    public DataField? Weight { get; }

    public DataField? Time { get; }

    /// <summary>The columns that are read.</summary>
    public IEnumerable<DataField> All => new[] { User, Item, Weight, Time }.OfType<DataField>();

    private DataField Find(string name, string option, Type[] types, string expected) =>
        Find(name, option, data => types.Contains(data.ClrType) && ParquetForms.AreStoredAsTheirType(data), expected);

    private DataField FindTime(string name)
    {
        bool IsTime(DataField field)
        {
            using var times = ParquetForms.Times(field);
            return times is not null;
        }

        return Find(name, "--time-column", IsTime, "times are integers, TIMESTAMP, DATE, or dates of ISO 8601 as strings");
    }

    private DataField Find(string name, string option, Predicate<DataField> isOfType, string expected)
    {
        var field = _schema.Fields.First(field => field.Name == name);
        if (field is not DataField { IsArray: false, MaxRepetitionLevel: 0 } data)
            throw ColumnErrors.Mistyped(_file.Path, name, "nested", expected, option);
        if (!isOfType(data)) throw ColumnErrors.Mistyped(_file.Path, name, ParquetNames.Of(data.SchemaElement), expected, option);
        return data;
    }
}
