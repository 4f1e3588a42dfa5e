using GpuAls.Reading;

namespace GpuAls.Modeling;

/// <summary>Where the plays of a model came from.</summary>
public sealed record ManifestInput
{
    /// <summary>Files, folders or globs, as they were given.</summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>Column of the user ids.</summary>
    public required string UserColumn { get; init; }

    /// <summary>Column of the item ids.</summary>
    public required string ItemColumn { get; init; }

    /// <summary>Column of the weights; null where each row counted 1.</summary>
    public required string? WeightColumn { get; init; }

    /// <summary>What became of rows that could not be used.</summary>
    public required OnBadRow OnBadRow { get; init; }
}

/// <summary>The lists that were made with a model.</summary>
public sealed record ManifestLists
{
    /// <summary>Length of a list.</summary>
    public required int Top { get; init; }

    /// <summary>Whether lists may hold what a user has played.</summary>
    public required bool IncludePlayed { get; init; }

    /// <summary>The file, as it was given; null for the one in the folder of the model.</summary>
    public required string? File { get; init; }
}
