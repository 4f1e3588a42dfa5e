namespace GpuAls;

/// <summary>What is said of columns that cannot be used.</summary>
internal static class ColumnErrors
{
    private const int MostListed = 40;

    /// <summary>Throws unless a file has all the columns that are read, each once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">The columns that are read.</param>
    /// <param name="columns">The columns there are.</param>
    /// <param name="hint">What else may be the matter.</param>
    public static void CheckNames(
        string path, InteractionSchema schema, IReadOnlyList<string> columns, string hint = "")
    {
        var missing = schema.Columns.Where(column => !columns.Contains(column.Name)).ToArray();
        if (missing.Length > 0)
        {
            var names = string.Join(" and no column ", missing.Select(column => $"'{column.Name}'"));
            throw Bad($"{path} has no column {names}. It has: {List(columns)}. Choose with "
                + $"{Remedy(missing, columns)}.{hint}");
        }

        foreach (var (name, option) in schema.Columns)
            if (columns.Count(column => column == name) is var count and > 1)
                throw Bad($"{path} has {count} columns '{name}'. Rename all but one, or choose another with {option}.");
    }

    public static GpuAlsException Mistyped(string path, string name, string found, string expected, string option) =>
        Bad($"{path}: column '{name}' is {found}; {expected}. Choose with {option}.");

    /// <summary>The names, of which there may be many, and anything where the file is not what it seems.</summary>
    private static string List(IReadOnlyList<string> columns)
    {
        columns = [.. columns.Where(name => name != InteractionSchema.NoColumn)];
        var names = string.Join(", ", columns.Take(MostListed).Select(name => Quoted.Of(name)[1..].TrimEnd('\'')));
        return columns.Count > MostListed ? $"{names} and {columns.Count - MostListed:N0} more" : names;
    }

    /// <summary>The options, each with the column that is meant where only the case of letters is wrong.</summary>
    private static string Remedy((string Name, string Option)[] missing, IReadOnlyList<string> columns)
    {
        var alike = Array.ConvertAll(
            missing,
            column => columns.FirstOrDefault(name => name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)));
        var options = string.Join(
            " and ",
            missing.Zip(alike, (column, name) => name is null ? column.Option : $"{column.Option} {Word(name)}"));
        return Array.TrueForAll(alike, name => name is null)
            ? options
            : $"{options}: column names are case-sensitive";
    }

    /// <summary>A name as a shell takes it.</summary>
    private static string Word(string name) => name.All(char.IsLetterOrDigit) ? name : $"\"{name}\"";

    private static GpuAlsException Bad(string message) => new(FailureKind.BadInput, message);
}
