using System.Text.Json.Serialization;

namespace GpuAls.App;

/// <summary>What <c>gpuals serve</c> serves, where, and its limits.</summary>
internal sealed record ServeJobOptions
{
    /// <summary>Directory of the model, or the file <c>latest</c> that names it.</summary>
    public string Model { get; init; } = "";

    /// <summary>How often a new version of the model is looked for; null for never.</summary>
    public TimeSpan? Poll { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What lists of items may hold.</summary>
    public ListRuleOptions Rules { get; init; } = new();

    /// <summary>File with the name of each item; null for ids only.</summary>
    public string? NamesFile { get; init; }

    /// <summary>The column of names in it.</summary>
    public string NameColumn { get; init; } = "name";

    /// <summary>What becomes of a request for a user whom the model does not have.</summary>
    public OnUnknownUser OnUnknownUser { get; init; }

    /// <summary>The address it listens on.</summary>
    public string Listen { get; init; } = "127.0.0.1";

    /// <summary>The port; 0 takes one that is free.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The longest list of an answer.</summary>
    public int MaxK { get; init; } = 100;

    /// <summary>The most plays, and excluded items, of a request.</summary>
    public int MaxPlays { get; init; } = 10_000;

    /// <summary>The longest body of a request.</summary>
    public long MaxBodyBytes { get; init; } = 1_000_000;

    /// <summary>The most requests under way; more are refused.</summary>
    public int MaxRequests { get; init; } = 1_000;

    /// <summary>How long a request may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>What becomes of a request for a user whom the model does not have.</summary>
internal enum OnUnknownUser
{
    /// <summary>Status 404.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,

    /// <summary>An empty list.</summary>
    [JsonStringEnumMemberName("skip")]
    Skip,

    /// <summary>The items that most users have played.</summary>
    [JsonStringEnumMemberName("popular")]
    Popular,
}
