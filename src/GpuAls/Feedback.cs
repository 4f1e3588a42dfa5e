using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What weights stand for.</summary>
[JsonConverter(typeof(WordConverter<Feedback>))]
public enum Feedback
{
    /// <summary>
    /// Number of plays. Rows of the same user and item are summed, and pairs without plays count as a weak dislike.
    /// </summary>
    [JsonStringEnumMemberName("implicit")]
    Implicit,

    /// <summary>
    /// Ratings of any sign. Rows of the same user and item are averaged, and pairs without a rating are ignored.
    /// </summary>
    [JsonStringEnumMemberName("explicit")]
    Explicit,
}
