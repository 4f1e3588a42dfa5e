using System.Globalization;
using static GpuAls.Parameter<GpuAls.EvaluationOptions>;

namespace GpuAls;

/// <summary>The declarations of <see cref="EvaluationOptions"/>.</summary>
internal static class EvaluationParameters
{
    /// <summary>Every option of measuring.</summary>
    public static ParameterTable<EvaluationOptions> Table { get; } = new(EvaluationOptions.Default,
    [
        Form(
            "k", o => string.Join(',', o.Cutoffs), (o, text) => o with { Cutoffs = CutoffsOf(text) }, CheckCutoffs) with
        {
            Group = ParameterGroup.Evaluation,
            IsCommon = true,
            IsCommaSeparated = true,
            ValueName = "N,N,...",
            Summary = "List lengths to measure, in increasing order",
        },
        Word("cold-start", o => o.ColdStart, (o, value) => o with { ColdStart = value }) with
        {
            Group = ParameterGroup.Evaluation,
            Summary = "What to do with held-out plays of users or items not trained on",
            Details = "drop: ignore them and report how many there were. nan: RMSE and MAE are undefined "
                + "(n/a), as in Spark, and rankings count them as never listed.",
        },
    ]);

    private static int[] CutoffsOf(string text) => Array.ConvertAll(
        text.Split(','),
        part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var k)
            ? k
            : throw new GpuAlsException(
                FailureKind.Usage, $"--k is '{text}'; expected integers separated by commas, such as 5,10,20."));

    private static void CheckCutoffs(EvaluationOptions options)
    {
        var cutoffs = options.Cutoffs;
        Require.Usage(cutoffs.Count > 0, "--k is empty; expected list lengths, such as 5,10,20.");
        foreach (var k in cutoffs)
            Require.Usage(
                k is >= 1 and <= TopKQuery.MaximumK,
                FormattableString.Invariant($"--k has {k}; expected 1 to {TopKQuery.MaximumK}."));
        foreach (var (before, k) in cutoffs.Zip(cutoffs.Skip(1)))
            Require.Usage(
                k > before, FormattableString.Invariant($"--k has {k} after {before}; expected increasing numbers."));
    }
}
