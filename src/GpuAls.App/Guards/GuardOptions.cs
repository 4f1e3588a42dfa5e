using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuAls.App;

/// <summary>What a model has to be for it to be published.</summary>
internal sealed record GuardOptions
{
    /// <summary>The defaults of every option.</summary>
    public static GuardOptions Default { get; } = new();

    /// <summary>What held-out plays, or the loss, have to say of it.</summary>
    public IReadOnlyList<MetricRequirement> Metrics { get; init; } = [];

    /// <summary>The fewest rows that are read and used; null for any number.</summary>
    public long? MinRows { get; init; }

    /// <summary>
    /// How much smaller the numbers of users, items and plays may be than those of the previous model, in percent; null
    /// for any size.
    /// </summary>
    public double? MaxDrop { get; init; }
}

/// <summary>A bound on a metric, such as <c>ndcg@10&gt;=0.15</c>.</summary>
/// <param name="Choice">The metric.</param>
/// <param name="Operator">How it is compared: &gt;=, &gt;, &lt;= or &lt;.</param>
/// <param name="Bound">With what.</param>
internal sealed partial record MetricRequirement(MetricChoice Choice, string Operator, double Bound)
{
    /// <summary>The option that gives it.</summary>
    public const string Option = "--require-metric";

    /// <summary>Reads a bound.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it has another form, or there is no such metric.</exception>
    public static MetricRequirement Parse(string text)
    {
        var parts = Form().Match(text);
        Require.Usage(
            parts.Success && double.TryParse(
                parts.Groups[3].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed)
                && double.IsFinite(parsed),
            $"{Option} is '{text}'; expected a metric, >=, >, <= or <, and a number, such as 'ndcg@10>=0.15', in "
                + "quotes because a shell takes > and < for redirections.");
        return new MetricRequirement(
            MetricChoice.Parse(parts.Groups[1].Value, Option), parts.Groups[2].Value,
            double.Parse(parts.Groups[3].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    /// <summary>Whether a value is good enough; one that is not defined never is.</summary>
    public bool Holds(double value) => Operator switch
    {
        ">=" => value >= Bound,
        ">" => value > Bound,
        "<=" => value <= Bound,
        _ => value < Bound,
    };

    /// <summary>As on the command line.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Choice.Metric}{Operator}{Bound}");

    [GeneratedRegex(@"^\s*([^<>=\s]+)\s*([<>]=?)\s*(\S+)\s*$")]
    private static partial Regex Form();
}
