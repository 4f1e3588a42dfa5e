namespace GpuAls;

/// <summary>What is said of columns that cannot be used.</summary>
internal static class ColumnErrors
{
    /// <summary>Throws unless a file has all the columns that are read, each once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">The columns that are read.</param>
    /// <param name="columns">The columns there are.</param>
    /// <param name="hint">What else may be the matter.</param>
    public static void CheckNames(string path, InteractionSchema schema, IReadOnlyList<string> columns, string hint = "")
    {
        var missing = schema.Columns.Where(column => !columns.Contains(column.Name)).ToArray();
        if (missing.Length > 0)
        {
            var names = string.Join(" and no column ", missing.Select(column => $"'{column.Name}'"));
            throw Bad($"{path} has no column {names}. It has: {string.Join(", ", columns)}. Choose with {string.Join(" and ", missing.Select(column => column.Option))}.{hint}");
        }

        foreach (var (name, option) in schema.Columns)
            if (columns.Count(column => column == name) is var count and > 1)
                throw Bad($"{path} has {count} columns '{name}'. Rename all but one, or choose another with {option}.");
    }

    public static GpuAlsException Mistyped(string path, string name, string found, string expected, string option) =>
        Bad($"{path}: column '{name}' is {found}; {expected}. Choose with {option}.");

    private static GpuAlsException Bad(string message) => new(FailureKind.BadInput, message);
}
