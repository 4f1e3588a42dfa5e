using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>The type of a column of ids: narrower integers are widened to the next of these, otherwise ids come out as they went in.</summary>
[JsonConverter(typeof(WordConverter<IdType>))]
public enum IdType
{
    /// <summary>Text, any Unicode.</summary>
    [JsonStringEnumMemberName("string")]
    Text,

    /// <summary>Signed 32-bit integers; also narrower ones.</summary>
    [JsonStringEnumMemberName("int32")]
    Integer32,

    /// <summary>
    /// Signed 64-bit integers; also unsigned 32-bit integers, unsigned 64-bit integers that are all below 2⁶³, and text columns in which
    /// every id is an integer.
    /// </summary>
    [JsonStringEnumMemberName("int64")]
    Integer64,

    /// <summary>Unsigned 64-bit integers, of which at least one is 2⁶³ or above.</summary>
    [JsonStringEnumMemberName("uint64")]
    UnsignedInteger64,

    /// <summary>128-bit UUIDs.</summary>
    [JsonStringEnumMemberName("uuid")]
    Uuid,
}
