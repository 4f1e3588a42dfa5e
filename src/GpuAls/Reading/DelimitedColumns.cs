using System.Globalization;

namespace GpuAls;

/// <summary>Where users, items, weights and times stand in the lines of a text file.</summary>
/// <param name="User">Ordinal, from 0.</param>
/// <param name="Item">Ordinal, from 0.</param>
/// <param name="Weight">Ordinal, from 0; -1 without weights.</param>
/// <param name="Time">Ordinal, from 0; -1 without times.</param>
internal readonly record struct DelimitedColumns(int User, int Item, int Weight, int Time)
{
    private const string OneColumn = " If that is several, say what separates them with --delimiter (one character).";

    /// <summary>Fields that a line must have.</summary>
    public int Needed => 1 + Math.Max(Math.Max(User, Item), Math.Max(Weight, Time));

    /// <summary>Looks the columns up in the header, or takes them as numbers where there is none.</summary>
    public static DelimitedColumns Find(InputFile file, InteractionSchema schema, string[]? header)
    {
        if (header is not null) ColumnErrors.CheckNames(file.Path, schema, header, header.Length == 1 ? OneColumn : "");
        return new DelimitedColumns(
            Find(header, schema.UserColumn, "--user-column"),
            Find(header, schema.ItemColumn, "--item-column"),
            schema.WeightColumn is { } weight ? Find(header, weight, "--weight-column") : -1,
            schema.TimeColumn is { } time ? Find(header, time, "--time-column") : -1);
    }

    private static int Find(string[]? header, string name, string option) =>
        header is null ? Number(name, option) : Array.IndexOf(header, name);

    private static int Number(string name, string option)
    {
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1) return number - 1;
        throw new GpuAlsException(FailureKind.Usage, $"{option} is '{name}'; with --no-header columns are numbers from 1.");
    }
}
