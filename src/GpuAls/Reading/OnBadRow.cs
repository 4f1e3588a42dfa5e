using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What becomes of rows with an id that is null, empty or no UTF-8, or a weight that is null, not finite or not a number.</summary>
[JsonConverter(typeof(WordConverter<OnBadRow>))]
public enum OnBadRow
{
    /// <summary>They are counted to the end of the input, then the load fails and shows the first of them.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,

    /// <summary>They are left out and counted.</summary>
    [JsonStringEnumMemberName("skip")]
    Skip,
}
