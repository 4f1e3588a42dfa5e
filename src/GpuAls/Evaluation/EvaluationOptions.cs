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
    public void Validate() => EvaluationParameters.Table.Check(this);
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
