using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>Users or items.</summary>
[JsonConverter(typeof(WordConverter<Side>))]
public enum Side
{
    /// <summary>Users, the rows of the matrix.</summary>
    [JsonStringEnumMemberName("users")]
    Users,

    /// <summary>Items, the columns of the matrix.</summary>
    [JsonStringEnumMemberName("items")]
    Items,
}
