using System.Globalization;
using System.Text;

namespace GpuAls;

/// <summary>What a directory such as <c>country=de</c> says of all rows below it.</summary>
/// <param name="Text">The value; null where it is null.</param>
/// <param name="Type">Integers if all values of the column are, over all files; else text.</param>
internal sealed record PartitionValue(string? Text, IdType Type)
{
    /// <summary>The value as UTF-8; empty where it is null.</summary>
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Text ?? "");
}

/// <summary>
/// Directories whose names are <c>column=value</c>, as Hive, Spark and DuckDB write them. Names and values are
/// URL-decoded. As in Spark, the values of a column are integers if all of them can be read as such, so that 007 is
/// 7; one value that cannot makes all text.
/// </summary>
internal static class HivePartitions
{
    private const string Null = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>The files, each with what its directories say.</summary>
    public static IReadOnlyList<InputFile> Describe(IReadOnlyList<InputFile> files)
    {
        if (!files.Any(file => file.Path.Contains('=', StringComparison.Ordinal))) return files;
        var found = files.Select(file => Find(file.Path)).ToList();
        var types = found.SelectMany(values => values)
            .GroupBy(value => value.Key, value => value.Value, StringComparer.Ordinal)
            .ToDictionary(column => column.Key, TypeOf, StringComparer.Ordinal);
        return [.. files.Zip(found, (file, values) => file with { Partitions = Typed(values, types) })];
    }

    private static Dictionary<string, string?> Find(string path)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        var directories =
            (Path.GetDirectoryName(path) ?? "").Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        foreach (var directory in directories)
        {
            var equals = directory.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) continue;
            var value = directory[(equals + 1)..];
            values[Uri.UnescapeDataString(directory[..equals])] = value == Null ? null : Uri.UnescapeDataString(value);
        }

        return values;
    }

    private static IdType TypeOf(IEnumerable<string?> values)
    {
        var type = IdType.Integer32;
        foreach (var value in values)
        {
            if (value is null) continue;
            if (!TryParse(value, out var integer)) return IdType.Text;
            if (integer is < int.MinValue or > int.MaxValue) type = IdType.Integer64;
        }

        return type;
    }

    private static Dictionary<string, PartitionValue> Typed(
        Dictionary<string, string?> values, Dictionary<string, IdType> types) =>
        values.ToDictionary(
            value => value.Key,
            value => new PartitionValue(
                types[value.Key] == IdType.Text ? value.Value : Integer(value.Value), types[value.Key]),
            StringComparer.Ordinal);

    private static string? Integer(string? value) =>
        value is not null && TryParse(value, out var integer) ? integer.ToString(CultureInfo.InvariantCulture) : null;

    private static bool TryParse(string value, out long integer) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out integer);
}
