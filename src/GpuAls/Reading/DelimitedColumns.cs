using System.Globalization;

namespace GpuAls.Reading;

/// <summary>Where users, items and weights stand in the lines of a text file.</summary>
/// <param name="User">Ordinal, from 0.</param>
/// <param name="Item">Ordinal, from 0.</param>
/// <param name="Weight">Ordinal, from 0; -1 without weights.</param>
internal readonly record struct DelimitedColumns(int User, int Item, int Weight)
{
    /// <summary>Fields that a line must have.</summary>
    public int Needed => 1 + Math.Max(User, Math.Max(Item, Weight));

    /// <summary>Looks the columns up in the header, which is the line that was read first, or takes them as numbers.</summary>
    public static DelimitedColumns Find(InputFile file, InteractionSchema schema, DelimitedLines first)
    {
        var header = schema.HasHeader ? Enumerable.Range(0, first.FieldCount).Select(ordinal => first.Field(ordinal).ToString()).ToArray() : null;
        return new DelimitedColumns(
            Find(file, header, schema.UserColumn, "--user-column"),
            Find(file, header, schema.ItemColumn, "--item-column"),
            schema.WeightColumn is { } weight ? Find(file, header, weight, "--weight-column") : -1);
    }

    private static int Find(InputFile file, string[]? header, string name, string option)
    {
        if (header is null) return Number(name, option);
        var ordinal = Array.IndexOf(header, name);
        if (ordinal < 0) throw ColumnErrors.Missing(file.Path, name, header, option);
        return ordinal;
    }

    private static int Number(string name, string option)
    {
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1) return number - 1;
        throw new GpuAlsException(FailureKind.Usage, $"{option} is '{name}'; with --no-header columns are numbers from 1.");
    }
}
