using System.Globalization;

namespace GpuAls;

/// <summary>Numbers of things in messages.</summary>
internal static class Counted
{
    /// <summary>A number and its noun, such as <c>1 row</c> or <c>2,000 rows</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">The thing, as for one; its plural ends in s.</param>
    public static string Of(long count, string noun) => Of(count, noun, $"{noun}s");

    /// <summary>
    /// A number and the words that agree with it, such as <c>1 row was skipped</c> or <c>2 rows were skipped</c>.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="one">The words after 1.</param>
    /// <param name="many">The words after any other number.</param>
    public static string Of(long count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many)}");
}
