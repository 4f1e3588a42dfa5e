using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>Options of an evaluation.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The defaults.</summary>
    public static EvaluationOptions Default { get; } = new();

    /// <summary>List lengths k to measure, in increasing order, each 1 to 1,024.</summary>
    public IReadOnlyList<int> Cutoffs { get; init; } = [5, 10, 20];

    /// <summary>Which metrics to measure.</summary>
    public MetricKinds Kinds { get; init; } = MetricKinds.All;

    /// <summary>What to do with held-out plays that cannot be predicted.</summary>
    public ColdStart ColdStart { get; init; } = ColdStart.Drop;

    /// <summary>Checks each option.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range.</exception>
    public void Validate() => EvaluationParameters.Table.Check(this);
}

/// <summary>
/// What to do with held-out plays whose user or item was not trained on, like Spark's <c>coldStartStrategy</c>.
/// </summary>
[JsonConverter(typeof(WordConverter<ColdStart>))]
public enum ColdStart
{
    /// <summary>Ignore them; their number is reported.</summary>
    [JsonStringEnumMemberName("drop")]
    Drop,

    /// <summary>
    /// RMSE and MAE become NaN; rankings count them as never listed and ranked last.
    /// </summary>
    [JsonStringEnumMemberName("nan")]
    Nan,
}
