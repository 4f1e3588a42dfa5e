namespace GpuAls;

/// <summary>The numbers and names of a manifest that was read: JSON may hold any.</summary>
internal static class ManifestChecks
{
    /// <exception cref="ArgumentException">A number is out of its range, or a file outside the folder.</exception>
    public static void Check(ModelManifest manifest)
    {
        InRange(manifest.Rank, 1, EngineLimits.MaximumRank, "rank");
        InRange(manifest.Data.Users, 0, Array.MaxLength - 1, "users");
        InRange(manifest.Data.Items, 0, Array.MaxLength - 1, "items");
        InRange(manifest.Data.Plays, 0, long.MaxValue, "plays");
        foreach (var features in (ManifestSideFeatures?[])[manifest.Features?.Users, manifest.Features?.Items])
        {
            if (features is null) continue;
            InRange(features.Count, 1, FeatureEncoder.MostColumns, "count of features");
            InRange(features.Entries, 0, Array.MaxLength, "entries of features");
        }

        foreach (var file in manifest.Sha256.Keys)
            if (!IsBelow(file))
                throw new ArgumentException($"sha256 names the file '{file}'; expected names below the folder");
    }

    /// <summary>Whether a name, with slashes, is below the folder that it is taken in, on every system.</summary>
    private static bool IsBelow(string file) =>
        !file.AsSpan().ContainsAny('\\', ':', '\0') && file.Split('/').All(part => part is not ("" or "." or ".."));

    private static void InRange(long value, long minimum, long maximum, string name)
    {
        if (value < minimum || value > maximum)
            throw new ArgumentException($"{name} is {value}; expected {minimum} to {maximum}");
    }
}
