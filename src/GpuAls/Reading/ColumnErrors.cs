namespace GpuAls.Reading;

/// <summary>What is said of columns that cannot be used.</summary>
internal static class ColumnErrors
{
    public static GpuAlsException Missing(string path, string name, IEnumerable<string> columns, string option) => new(
        FailureKind.BadInput, $"{path} has no column '{name}'. It has: {string.Join(", ", columns)}. Choose with {option}.");

    public static GpuAlsException Mistyped(string path, string name, string found, string expected, string option) => new(
        FailureKind.BadInput, $"{path}: column '{name}' is {found}; {expected}. Choose with {option}.");
}
