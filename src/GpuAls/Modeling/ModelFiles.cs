using System.Text.Json;

namespace GpuAls;

/// <summary>The names of the files of a model. Frozen: other programs read them.</summary>
internal static class ModelFiles
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
    internal static IReadOnlyList<string> Checksummed { get; } =
        [UserFactors, ItemFactors, Users, Items, PlaysIndptr, PlaysIndices, PlaysValues];

    /// <summary>The files that a model with features of a side has besides.</summary>
    internal static FeatureFiles FeaturesOf(Side side) => new(side == Side.Users ? "user" : "item");

    /// <summary>
    /// Whether a name below the folder of a model, with slashes, is that of one of its files or lies below one.
    /// </summary>
    internal static bool IsTaken(string name) =>
        name.Split('/')[0] is var first
        && (first is Manifest or FolderOutput.SuccessFile || Checksummed.Contains(first)
            || FeaturesOf(Side.Users).All.Contains(first) || FeaturesOf(Side.Items).All.Contains(first));
}

/// <summary>The files of the features of a side. Frozen: other programs read them.</summary>
/// <param name="side">user or item.</param>
internal sealed class FeatureFiles(string side)
{
    /// <summary>Index and name of each feature, and the number of ids that have it.</summary>
    public string Names => $"{side}_features.parquet";

    /// <summary>float32 [features, rank].</summary>
    public string Weights => $"{side}_feature_weights.npy";

    /// <summary>int64 [ids + 1], where the features of each id start.</summary>
    public string Indptr => $"{side}_features_indptr.npy";

    /// <summary>int32 [entries], the feature of each entry.</summary>
    public string Indices => $"{side}_features_indices.npy";

    /// <summary>float32 [entries], its value.</summary>
    public string Values => $"{side}_features_values.npy";

    /// <summary>All of them.</summary>
    public IReadOnlyList<string> All => [Names, Weights, Indptr, Indices, Values];
}

/// <summary>Tells folders that <see cref="ModelWriter"/> wrote, of any version, from all others.</summary>
internal static class ModelFolder
{
    /// <summary>Whether a folder holds a model, complete or not.</summary>
    public static async ValueTask<bool> IsModelAsync(string directory, CancellationToken cancellation)
    {
        try
        {
            var manifest = await Stores
                .FindFileAsync(Stores.Combine(directory, ModelFiles.Manifest), cancellation).ConfigureAwait(false);
            return manifest is not null
                && Listed(await manifest.ReadAllAsync(cancellation).ConfigureAwait(false)) is not null;
        }
        catch (Exception exception) when (OutputErrors.IsOfFileSystem(exception) || exception is GpuAlsException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="ForeignCheck"/>
    public static async ValueTask<string?> WhyForeignAsync(ExistingFiles existing, CancellationToken cancellation)
    {
        var manifest = await existing.ReadAsync(ModelFiles.Manifest, cancellation).ConfigureAwait(false);
        if (manifest is null || Listed(manifest) is not { } listed)
            return $"was not written by gpuals (there is no valid {ModelFiles.Manifest})";
        var foreign = existing.Files.FirstOrDefault(
            name => !ModelFiles.IsTaken(name) && name != ModelFiles.Recommendations && !listed.Contains(name));
        return foreign is null ? null : $"contains '{foreign}', which is not a file of the model";
    }

    /// <summary>The files that a manifest lists; null where it is not a manifest of gpuals.</summary>
    private static HashSet<string>? Listed(byte[] manifest)
    {
        try
        {
            using var document = JsonDocument.Parse(manifest);
            var isOurs = document.RootElement.GetProperty("format_version").TryGetInt32(out _)
                && document.RootElement.GetProperty("gpuals_version").ValueKind == JsonValueKind.String;
            if (!isOurs) return null;
            return [.. document.RootElement.GetProperty("sha256").EnumerateObject().Select(file => file.Name)];
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
