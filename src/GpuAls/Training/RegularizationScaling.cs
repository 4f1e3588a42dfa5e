using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>How λ grows with the plays of a row.</summary>
[JsonConverter(typeof(WordConverter<RegularizationScaling>))]
public enum RegularizationScaling
{
    /// <summary>λ for every row (Hu, Koren and Volinsky; implicit).</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>λ·n, n = plays with r &gt; 0, or ratings (ALS-WR, Zhou et al., 2008; Spark).</summary>
    [JsonStringEnumMemberName("count")]
    Count,

    /// <summary>λ·(n + α₀·columns)^ν (Rendle et al., 2021).</summary>
    [JsonStringEnumMemberName("ials")]
    Ials,
}
