using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>How confidence grows with plays.</summary>
[JsonConverter(typeof(WordConverter<ConfidenceFunction>))]
public enum ConfidenceFunction
{
    /// <summary>conf = α·r (Hu, Koren and Volinsky, equation 3).</summary>
    [JsonStringEnumMemberName("linear")]
    Linear,

    /// <summary>conf = α·ln(1 + r/ε) (the same paper, equation 6).</summary>
    [JsonStringEnumMemberName("log")]
    Log,
}
