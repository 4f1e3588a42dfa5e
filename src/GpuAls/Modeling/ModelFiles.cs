namespace GpuAls;

/// <summary>The names of the files of a model. Frozen: other programs read them.</summary>
public static class ModelFiles
{
    /// <summary>Options, statistics, loss, timings, device, checksums.</summary>
    public const string Manifest = "manifest.json";

    /// <summary>float32 [users, rank].</summary>
    public const string UserFactors = "user_factors.npy";

    /// <summary>float32 [items, rank].</summary>
    public const string ItemFactors = "item_factors.npy";

    /// <summary>Index, id and number of different items of each user.</summary>
    public const string Users = "users.parquet";

    /// <summary>Index, id and number of different users of each item.</summary>
    public const string Items = "items.parquet";

    /// <summary>int64 [users + 1], where the plays of each user start.</summary>
    public const string PlaysIndptr = "plays_indptr.npy";

    /// <summary>int32 [plays], the item of each play.</summary>
    public const string PlaysIndices = "plays_indices.npy";

    /// <summary>float32 [plays], the weight of each play.</summary>
    public const string PlaysValues = "plays_values.npy";

    /// <summary>The top-10 lists, unless they were asked for elsewhere.</summary>
    public const string Recommendations = "recommendations.parquet";

    /// <summary>The files that make the model, without the manifest.</summary>
    internal static IReadOnlyList<string> Checksummed { get; } = [UserFactors, ItemFactors, Users, Items, PlaysIndptr, PlaysIndices, PlaysValues];

    /// <summary>Whether a name below the folder of a model, with slashes, is that of one of its files or lies below one.</summary>
    internal static bool IsTaken(string name) =>
        name.Split('/')[0] is var first && (first is Manifest or FolderOutput.SuccessFile || Checksummed.Contains(first));
}
