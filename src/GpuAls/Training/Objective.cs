using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What observed pairs are pulled toward.</summary>
[JsonConverter(typeof(WordConverter<Objective>))]
public enum Objective
{
    /// <summary>Toward 1 with weight α₀ + conf (Hu, Koren and Volinsky, 2008; Spark; implicit).</summary>
    [JsonStringEnumMemberName("hkv")]
    HuKorenVolinsky,

    /// <summary>Toward 1 with weight conf and, like all pairs, toward 0 with weight α₀ (Rendle et al., 2021).</summary>
    [JsonStringEnumMemberName("ials")]
    Ials,
}
