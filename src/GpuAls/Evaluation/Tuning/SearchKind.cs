using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>Which combinations are tried, and for how long.</summary>
[JsonConverter(typeof(WordConverter<SearchKind>))]
public enum SearchKind
{
    /// <summary>All combinations.</summary>
    [JsonStringEnumMemberName("grid")]
    Grid,

    /// <summary>Some, at random (Bergstra and Bengio, 2012).</summary>
    [JsonStringEnumMemberName("random")]
    Random,

    /// <summary>Many for a few iterations, the best of them for more (Jamieson and Talwalkar, 2016).</summary>
    [JsonStringEnumMemberName("halving")]
    Halving,
}
