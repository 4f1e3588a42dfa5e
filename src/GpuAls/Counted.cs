using System.Globalization;

namespace GpuAls;

/// <summary>Numbers of things in messages.</summary>
public static class Counted
{
    /// <summary>A number and its noun, such as <c>1 row</c> or <c>2,000 rows</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">The thing, as for one; its plural ends in s.</param>
    public static string Of(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");
}
