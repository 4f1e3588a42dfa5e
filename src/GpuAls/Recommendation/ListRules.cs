namespace GpuAls;

/// <summary>
/// What lists may hold, besides what <see cref="ListRule"/> and the plays say; users and items by their indices. A rule
/// never shortens a list while there is an item left that all rules allow.
/// </summary>
internal sealed record ListRules
{
    /// <summary>No rules.</summary>
    public static ListRules None { get; } = new();

    /// <summary>The only items that lists may hold; null for all.</summary>
    public int[]? OnlyItems { get; init; }

    /// <summary>Items that no list holds.</summary>
    public int[] ExcludedItems { get; init; } = [];

    /// <summary>[users, items], what the list of a user leaves out besides what was played; null for nothing.</summary>
    public CsrMatrix? ExcludedPairs { get; init; }

    /// <summary>Lists hold no item with a score below this; null for any score.</summary>
    public float? MinScore { get; init; }

    /// <summary>At most some items of a group; null for any number.</summary>
    public ItemGroups? Groups { get; init; }

    /// <summary>The weight λ of <see cref="GpuAls.Diversity"/>, 0 to 1; 0 orders lists by score.</summary>
    public double Diversity { get; init; }

    /// <summary>The items that the lists of a model may hold under these rules, rising.</summary>
    public int[] Allowed(int[] listable, int itemCount)
    {
        if (OnlyItems is null && ExcludedItems.Length == 0) return listable;
        var isAllowed = new bool[itemCount];
        if (OnlyItems is null) Array.Fill(isAllowed, true);
        foreach (var item in OnlyItems ?? []) isAllowed[item] = true;
        foreach (var item in ExcludedItems) isAllowed[item] = false;
        return Array.FindAll(listable, item => isAllowed[item]);
    }
}

/// <summary>Groups of items, such as the songs of an artist.</summary>
/// <param name="GroupOf">[items], the group of each; -1 for an item that is in none, and so is not limited.</param>
/// <param name="MostPerGroup">The most items of a group in a list, at least 1.</param>
internal sealed record ItemGroups(int[] GroupOf, int MostPerGroup);
