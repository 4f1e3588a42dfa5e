namespace GpuAls;

/// <summary>
/// The columns of a Parquet file that hold users, items, weights, times and events, checked for their types.
/// </summary>
internal sealed class ParquetColumns
{
    private readonly string _path;
    private readonly ParquetSchemaTree _tree;
    private readonly IReadOnlyDictionary<string, PartitionValue> _partitions;

    public ParquetColumns(InputFile file, InteractionSchema schema, ParquetSchemaTree tree)
    {
        (_path, _tree, _partitions) = (file.Path, tree, file.Partitions);
        string[] names = [.. tree.Leaves.Select(field => field.Name), .. NamedGroups(schema)];
        ColumnErrors.CheckNames(file.Path, schema, [.. names, .. file.Partitions.Keys.Except(names)]);
        User = Find(schema.UserColumn, schema.UserOption, ParquetIdValues.For, ParquetIdValues.Expected);
        Item = Find(schema.ItemColumn, schema.ItemOption, ParquetIdValues.For, ParquetIdValues.Expected);
        if (schema.WeightColumn is { } weight)
            Weight = Find(weight, "--weight-column", ParquetWeights.For, ParquetWeights.Expected);
        if (schema.TimeColumn is { } time) Time = Find(time, "--time-column", ParquetTimes.For, ParquetTimes.Expected);
        if (schema.EventColumn is { } kind)
            Event = Find(kind, "--event-column", ParquetEvents.For, ParquetEvents.Expected);
        ParquetField?[] fields = [User, Item, Weight, Time, Event];
        Read = [.. fields.OfType<ParquetField>()];
    }

    /// <summary>Null where a directory says which.</summary>
    public ParquetField? User { get; }

    /// <summary>Null where a directory says which.</summary>
    public ParquetField? Item { get; }

    /// <summary>Null where a directory says which, or without weights.</summary>
    public ParquetField? Weight { get; }

    /// <summary>Null where a directory says which, or without times.</summary>
    public ParquetField? Time { get; }

    /// <summary>Null where a directory says which, or without events.</summary>
    public ParquetField? Event { get; }

    /// <summary>Those that the file has.</summary>
    public IReadOnlyList<ParquetField> Read { get; }

    /// <summary>
    /// Structs and lists that the schema names, so that the error says what they are and not that they are missing.
    /// </summary>
    private IEnumerable<string> NamedGroups(InteractionSchema schema) =>
        _tree.Groups.Where(group => schema.Columns.Any(column => column.Name == group));

    private ParquetField? Find(
        string name, string option, Func<ParquetField, ParquetValues?> valuesFor, string expected)
    {
        if (_partitions.ContainsKey(name) && _tree.Leaves.All(field => field.Name != name)) return null;
        if (_tree.Leaves.FirstOrDefault(field => field.Name == name) is not { IsRepeated: false } field)
            throw ColumnErrors.Mistyped(_path, name, "nested", expected, $"{option}{Fields(name)}");
        using var values = valuesFor(field);
        return values is null ? throw ColumnErrors.Mistyped(_path, name, field.TypeName, expected, option) : field;
    }

    /// <summary>The fields of a struct that could be chosen in its place.</summary>
    private string Fields(string group)
    {
        var fields = _tree.Leaves.Where(
            field => !field.IsRepeated && field.Name.StartsWith($"{group}.", StringComparison.Ordinal));
        var names = string.Join(", ", fields.Select(field => field.Name));
        return names.Length > 0 ? $"; its fields are {names}" : "";
    }
}
