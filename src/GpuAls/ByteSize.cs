using System.Globalization;

namespace GpuAls;

/// <summary>Amounts of memory as people write them.</summary>
internal static class ByteSize
{
    /// <summary>The forms that <see cref="Parse"/> takes.</summary>
    public const string Forms =
        "a size such as 500MB or 2GB (decimal), 512MiB or 1.5GiB (binary), or a number of bytes";

    private static readonly (string Name, double Bytes)[] Units =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1), ("", 1),
    ];

    /// <summary>Reads a size, such as <c>2GB</c> or <c>1.5 GiB</c>.</summary>
    /// <param name="text">A number above 0, written with a point, and a unit.</param>
    /// <param name="option">The option, for the message.</param>
    /// <returns>Whole bytes.</returns>
    /// <exception cref="GpuAlsException">Kind Usage: another text.</exception>
    public static long Parse(string text, string option)
    {
        ArgumentNullException.ThrowIfNull(text);
        var unit = Units.First(unit => text.EndsWith(unit.Name, StringComparison.OrdinalIgnoreCase));
        var number = text.AsSpan(0, text.Length - unit.Name.Length).TrimEnd(' ');
        var style = unit.Bytes > 1 ? NumberStyles.AllowDecimalPoint : NumberStyles.None;
        var isNumber = double.TryParse(number, style, CultureInfo.InvariantCulture, out var value);
        var bytes = value * unit.Bytes;
        Require.Usage(isNumber && bytes >= 1 && bytes < long.MaxValue, $"{option} is '{text}'; expected {Forms}.");
        return (long)bytes;
    }

    /// <summary>A size for people, in decimal units: <c>512 MB</c>, <c>1.25 GB</c>.</summary>
    public static string Text(long bytes)
    {
        var unit = Array.FindIndex(Units, unit => unit.Name == "TB");
        while (bytes < Units[unit].Bytes && Units[unit].Bytes > 1) unit++;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / Units[unit].Bytes:0.##} {Units[unit].Name}");
    }
}
