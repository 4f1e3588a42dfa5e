using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What the weights of the plays are.</summary>
[JsonConverter(typeof(WordConverter<Feedback>))]
public enum Feedback
{
    /// <summary>
    /// How often something was played: rows of one user and item are added up, and what was not played counts as a
    /// little disliked.
    /// </summary>
    [JsonStringEnumMemberName("implicit")]
    Implicit,

    /// <summary>
    /// Ratings, 0 and below among them: of several rows of one user and item the mean counts, and of what was not
    /// rated nothing is known.
    /// </summary>
    [JsonStringEnumMemberName("explicit")]
    Explicit,
}
