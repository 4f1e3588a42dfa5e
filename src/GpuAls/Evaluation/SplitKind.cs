using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>Which plays are held out.</summary>
[JsonConverter(typeof(WordConverter<SplitKind>))]
public enum SplitKind
{
    /// <summary>Each play with the same probability.</summary>
    [JsonStringEnumMemberName("random")]
    Random,

    /// <summary>The same fraction of each user's plays.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>The same number of each user's plays.</summary>
    [JsonStringEnumMemberName("leave-out")]
    LeaveOut,

    /// <summary>
    /// The newest of each user's plays, the same number of each. A pair is as new as its newest row; of pairs of one time chance decides.
    /// </summary>
    [JsonStringEnumMemberName("leave-last")]
    LeaveLast,

    /// <summary>The newest fraction of all rows, before duplicates are summed: what came later tells nothing of what is trained on.</summary>
    [JsonStringEnumMemberName("time")]
    Time,
}
