using System.Globalization;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What is measured.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The defaults of every option.</summary>
    public static EvaluationOptions Default { get; } = new();

    /// <summary>Lengths of lists, rising, 1 .. 1,024 each.</summary>
    public IReadOnlyList<int> Cutoffs { get; init; } = [5, 10, 20];

    /// <summary>Which metrics.</summary>
    public MetricKinds Kinds { get; init; } = MetricKinds.All;

    /// <summary>What becomes of plays that cannot be predicted.</summary>
    public ColdStart ColdStart { get; init; } = ColdStart.Drop;

    /// <summary>Checks each option.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range.</exception>
    public void Validate()
    {
        Require.Usage(Cutoffs.Count > 0, "--k is empty; expected lengths of lists, such as 5,10,20.");
        foreach (var k in Cutoffs)
            Require.Usage(
                k is >= 1 and <= TopKQuery.MaximumK,
                string.Create(CultureInfo.InvariantCulture, $"--k has {k}; expected 1 to {TopKQuery.MaximumK}."));
        for (var i = 1; i < Cutoffs.Count; i++)
            Require.Usage(
                Cutoffs[i] > Cutoffs[i - 1],
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"--k has {Cutoffs[i]} after {Cutoffs[i - 1]}; expected increasing numbers."));
    }
}

/// <summary>
/// What becomes of held-out plays whose user or item is unseen in training, after Spark's <c>coldStartStrategy</c>.
/// </summary>
[JsonConverter(typeof(WordConverter<ColdStart>))]
public enum ColdStart
{
    /// <summary>They are left out and counted.</summary>
    [JsonStringEnumMemberName("drop")]
    Drop,

    /// <summary>
    /// Errors of the prediction are NaN; in rankings they count as never listed, behind all other items.
    /// </summary>
    [JsonStringEnumMemberName("nan")]
    Nan,
}
