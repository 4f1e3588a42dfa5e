using System.CommandLine;

namespace GpuAls.Cli.Options;

/// <summary>The one metric that is compared, whose default is that of what is learned.</summary>
internal static class MetricOption
{
    private static readonly string Defaults =
        $"Default: {MetricChoice.DefaultOf(Feedback.Implicit)}; {MetricChoice.DefaultOf(Feedback.Explicit)} with --feedback explicit.";

    /// <param name="description">A sentence.</param>
    public static Option<string?> Create(string description) => new("--metric") { Description = $"{description} {Defaults}", HelpName = "metric" };

    /// <summary>What was given, or the default.</summary>
    public static string Read(this Option<string?> option, ParseResult result, Feedback feedback) => result.GetValue(option) ?? MetricChoice.DefaultOf(feedback);
}
