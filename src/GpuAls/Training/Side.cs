using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>One side of the matrix.</summary>
[JsonConverter(typeof(WordConverter<Side>))]
public enum Side
{
    /// <summary>The rows: who plays.</summary>
    [JsonStringEnumMemberName("users")]
    Users,

    /// <summary>The columns: what is played.</summary>
    [JsonStringEnumMemberName("items")]
    Items,
}
