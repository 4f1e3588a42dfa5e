using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace GpuAls.Tests.Cli.Operations;

/// <summary>A sample of a metric.</summary>
internal sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>
/// Reads Prometheus' text format, version 0.0.4, strictly: each metric has its help and type before its samples, which
/// stand together; names are those allowed; no two samples are the same.
/// </summary>
internal static partial class PrometheusText
{
    public static IReadOnlyList<PrometheusSample> Parse(string text)
    {
        Assert.That(text, Does.EndWith("\n"));
        var samples = new List<PrometheusSample>();
        var (metrics, seen) = (new HashSet<string>(), new HashSet<string>());
        var lines = text.Split('\n')[..^1];
        for (var i = 0; i < lines.Length;)
        {
            var help = Help().Match(lines[i]);
            Assert.That(help.Success, lines[i]);
            var name = help.Groups[1].Value;
            Assert.That(metrics.Add(name), name);
            Assert.That(lines[i + 1], Does.Match($"^# TYPE {name} (gauge|counter|histogram)$"));
            var isHistogram = lines[i + 1].EndsWith("histogram", StringComparison.Ordinal);
            for (i += 2; i < lines.Length && !lines[i].StartsWith('#'); i++)
            {
                var sample = Sample().Match(lines[i]);
                Assert.That(sample.Success, lines[i]);
                var suffix = isHistogram ? "_(bucket|sum|count)" : "";
                Assert.That(sample.Groups["name"].Value, Does.Match($"^{name}{suffix}$"));
                Assert.That(seen.Add(lines[i][..lines[i].LastIndexOf(' ')]), lines[i]);
                samples.Add(new PrometheusSample(
                    sample.Groups["name"].Value, Labels(sample), Value(sample.Groups["value"].Value)));
            }

            Assert.That(samples[^1].Name, Does.StartWith(name), "it has a sample");
        }

        return samples;
    }

    private static Dictionary<string, string> Labels(Match sample) =>
        sample.Groups["label"].Captures.Zip(sample.Groups["text"].Captures)
            .ToDictionary(pair => pair.First.Value, pair => Unescaped(pair.Second.Value));

    private static string Unescaped(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
            plain.Append(text[i] != '\\' ? text[i] : text[++i] == 'n' ? '\n' : text[i]);
        return plain.ToString();
    }

    private static double Value(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\]|\\\\|\\n)+$")]
    private static partial Regex Help();

    [GeneratedRegex(
        @"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
        + @"(?:\{(?:(?<label>[a-zA-Z_][a-zA-Z0-9_]*)=""(?<text>(?:[^""\\]|\\[\\""n])*)"",?)+\})? "
        + @"(?<value>\S+)$")]
    private static partial Regex Sample();
}
