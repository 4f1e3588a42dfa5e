using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What becomes of held-out plays whose user or item is unseen in training, after Spark's <c>coldStartStrategy</c>.</summary>
[JsonConverter(typeof(WordConverter<ColdStart>))]
public enum ColdStart
{
    /// <summary>They are left out and counted.</summary>
    [JsonStringEnumMemberName("drop")]
    Drop,

    /// <summary>Errors of the prediction are NaN; in rankings they count as never listed, behind all other items.</summary>
    [JsonStringEnumMemberName("nan")]
    Nan,
}
