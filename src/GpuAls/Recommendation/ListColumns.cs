namespace GpuAls;

/// <summary>What lists are written as: whose they are, what they hold, and names beside the ids.</summary>
/// <param name="Model">The model whose users have lists of its items.</param>
/// <param name="List">What has a list; the name of its column.</param>
/// <param name="Listed">What a list holds; the name of its column.</param>
internal sealed record ListColumns(FactorModel Model, string List = "user", string Listed = "item")
{
    /// <summary>Names of what has lists, empty where there is none; null for ids only.</summary>
    public IdIndex<string>? ListNames { get; init; }

    /// <summary>Names of what lists hold, empty where there is none; null for ids only.</summary>
    public IdIndex<string>? ListedNames { get; init; }

    /// <summary>The column of <see cref="ListNames"/>.</summary>
    public string ListName => $"{List}_name";

    /// <summary>The column of <see cref="ListedNames"/>.</summary>
    public string ListedName => $"{Listed}_name";

    /// <summary>Number of columns with names.</summary>
    public int NameCount => (ListNames is null ? 0 : 1) + (ListedNames is null ? 0 : 1);
}
