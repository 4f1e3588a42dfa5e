using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>How many rows a group solves at a time, with how many threads and how much shared memory.</summary>
/// <param name="Layout">The teams; no team at all where the triangle of one row has more tiles than a group has threads.</param>
/// <param name="GroupSize">Threads of a group, a whole number of warps.</param>
/// <param name="SharedFloat4s">Shared memory of a group.</param>
internal readonly record struct TeamPlan(TeamLayout Layout, int GroupSize, int SharedFloat4s)
{
    private const int MostTeams = 32;
    private const int SharedBytes = 47 * 1024;
    private const int Float4Bytes = 16;

    /// <summary>The plan for a rank: as many teams as threads and shared memory allow.</summary>
    public static TeamPlan For(Accelerator accelerator, int rank4)
    {
        var rank8 = rank4 / 2;
        var tiles = TriangleIndex.Count(rank8);
        var threads = LaunchPlan.LargestGroup(accelerator);
        var bytes = Math.Min(SharedBytes, accelerator.MaxSharedMemoryPerGroup);
        for (var teams = Math.Min(MostTeams, threads / tiles); teams > 0; teams--)
        {
            var plan = Of(teams, tiles, rank8);
            if (plan.SharedFloat4s * Float4Bytes <= bytes) return plan;
        }

        return default;
    }

    private static TeamPlan Of(int teams, int tiles, int rank8)
    {
        var layout = TeamLayout.Of(teams, rank8);
        return new TeamPlan(layout, LaunchPlan.GroupSize(teams * tiles), (teams * layout.TeamStride) + Float4.Holding(2 * teams));
    }
}
