namespace GpuAls;

/// <summary>Limits that every engine shares.</summary>
internal static class EngineLimits
{
    /// <summary>The largest rank.</summary>
    public const int MaximumRank = 512;
}
