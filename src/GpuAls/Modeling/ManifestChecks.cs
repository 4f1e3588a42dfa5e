namespace GpuAls;

/// <summary>The numbers of a manifest that was read: JSON may hold any.</summary>
internal static class ManifestChecks
{
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public static void Check(ModelManifest manifest)
    {
        InRange(manifest.Rank, 1, EngineLimits.MaximumRank, "rank");
        InRange(manifest.Data.Users, 0, Array.MaxLength - 1, "users");
        InRange(manifest.Data.Items, 0, Array.MaxLength - 1, "items");
        InRange(manifest.Data.Plays, 0, Array.MaxLength, "plays");
    }

    private static void InRange(long value, long minimum, long maximum, string name)
    {
        if (value < minimum || value > maximum)
            throw new ArgumentException($"{name} is {value}; expected {minimum} to {maximum}");
    }
}
