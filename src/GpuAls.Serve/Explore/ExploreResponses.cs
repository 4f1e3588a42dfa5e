using GpuAls.App;

namespace GpuAls.Serve;

/// <summary>The model that is explored.</summary>
internal sealed record ModelResponse
{
    /// <summary>Its version.</summary>
    public required string Model { get; init; }

    /// <summary>Number of users.</summary>
    public required int Users { get; init; }

    /// <summary>Number of items.</summary>
    public required int Items { get; init; }

    /// <summary>Number of user and item pairs.</summary>
    public required long Plays { get; init; }

    /// <summary>Length of a factor vector.</summary>
    public required int Rank { get; init; }

    /// <summary>implicit or explicit.</summary>
    public required string Feedback { get; init; }

    /// <summary>Whether scores can be explained.</summary>
    public required bool CanExplain { get; init; }

    /// <summary>The longest list that may be asked for.</summary>
    public required int MaxK { get; init; }

    /// <summary>The weight of a play that someone types in: 1, or the best rating.</summary>
    public required float DefaultWeight { get; init; }

    /// <summary>Whether such a play needs a time.</summary>
    public required bool HasTimes { get; init; }

    /// <summary>The kind of event that such a play is; null where it needs none.</summary>
    public required string? Event { get; init; }

    /// <summary>How it was trained.</summary>
    public required IReadOnlyList<ReportFact> Facts { get; init; }

    /// <summary>What was measured after each iteration; null for nothing.</summary>
    public required string? Metric { get; init; }

    /// <summary>The iteration whose factors these are; null for the last.</summary>
    public required int? BestIteration { get; init; }

    /// <summary>What the model was required to measure up to; null for nothing.</summary>
    public required IReadOnlyDictionary<string, double>? Metrics { get; init; }

    /// <summary>Each iteration.</summary>
    public required IReadOnlyList<IterationReport> Iterations { get; init; }
}

/// <summary>What was found.</summary>
/// <param name="Users">Users, best match first.</param>
/// <param name="Items">Items, best match first.</param>
internal sealed record SearchResponse(IReadOnlyList<ExploredUser> Users, IReadOnlyList<ExploredItem> Items);

/// <summary>A user.</summary>
/// <param name="User">Its id.</param>
/// <param name="Plays">How many items it has played.</param>
internal sealed record ExploredUser(string User, int Plays);

/// <summary>An item.</summary>
/// <param name="Item">Its id.</param>
/// <param name="Name">Its name; null where there is none.</param>
/// <param name="Plays">How many users have played it; null where nothing is known of plays.</param>
internal sealed record ExploredItem(string Item, string? Name, int? Plays);

/// <summary>What a user has played.</summary>
/// <param name="User">The user.</param>
/// <param name="Count">How many items that are.</param>
/// <param name="Played">Those played most, the most played first.</param>
internal sealed record HistoryResponse(string User, int Count, IReadOnlyList<PlayedItem> Played);

/// <summary>An item that a user has played.</summary>
/// <param name="Item">The item.</param>
/// <param name="Weight">How often this user played it, or the rating.</param>
internal sealed record PlayedItem(ExploredItem Item, float Weight);

/// <summary>The most played items in the plane.</summary>
/// <param name="Kept">The part of the variance of their directions that two dimensions keep.</param>
/// <param name="Points">The items, the most played first.</param>
internal sealed record MapResponse(double Kept, IReadOnlyList<MapPoint> Points);

/// <summary>An item in the plane.</summary>
/// <param name="Item">The item.</param>
/// <param name="X">From -1 to 1.</param>
/// <param name="Y">From -1 to 1.</param>
internal sealed record MapPoint(ExploredItem Item, double X, double Y);
