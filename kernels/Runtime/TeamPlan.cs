using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>How many rows a group solves at a time, with how many threads and how much shared memory.</summary>
/// <param name="Layout">The teams; one where a row's triangle is solved panel by panel.</param>
/// <param name="GroupSize">Threads of a group, a whole number of warps.</param>
/// <param name="IsWhole">Whether a group has a thread for each tile of a triangle.</param>
internal readonly record struct TeamPlan(TeamLayout Layout, int GroupSize, bool IsWhole)
{
    private const int MostTeams = 32;

    /// <summary>Threads of a group, at most; <see cref="GroupsAtATime"/> such groups have all the registers that a tile needs.</summary>
    internal const int MaximumGroupSize = 192;

    /// <summary>Groups that a multiprocessor holds at a time: while one waits, for a barrier or a pivot, the others multiply.</summary>
    internal const int GroupsAtATime = 2;

    /// <summary>No group asks for more: what every device has, less what a driver may keep for itself.</summary>
    internal const int SharedBytes = 47 * 1024;

    /// <summary>Shared memory of a group.</summary>
    public int SharedFloat4s => (Layout.Teams * Layout.TeamStride) + Float4.Holding(2 * Layout.Teams);

    /// <summary>Panels that a group takes a triangle in.</summary>
    public int Panels(int rank4) => PanelColumns.Count(rank4 / 2, GroupSize / Layout.Teams);

    /// <summary>Groups that do some tasks, a team a task.</summary>
    public int GroupsFor(int tasks) => (tasks + Layout.Teams - 1) / Layout.Teams;

    /// <summary>A launch of some groups.</summary>
    public KernelConfig Config(int groups) => LaunchPlan.Config(groups, GroupSize, SharedFloat4s);

    /// <summary>The plan for a rank: as many teams as threads and shared memory allow, with a thread for each tile and each four factors.</summary>
    public static TeamPlan For(Accelerator accelerator, int rank4) =>
        For(Math.Min(MaximumGroupSize, LaunchPlan.LargestGroup(accelerator)), Math.Min(SharedBytes, accelerator.MaxSharedMemoryPerGroup), rank4);

    /// <summary>The plan for a rank on a device with so many threads a group and so much shared memory.</summary>
    public static TeamPlan For(int threads, int bytes, int rank4)
    {
        var rank8 = rank4 / 2;
        var lanes = Math.Max(TriangleIndex.Count(rank8), rank4);
        for (var teams = Math.Min(MostTeams, threads / lanes); teams > 0; teams--)
        {
            var plan = new TeamPlan(TeamLayout.Of(teams, rank8), LaunchPlan.GroupSize(teams * lanes), true);
            if (plan.SharedFloat4s * Float4.Bytes <= bytes) return plan;
        }

        return new TeamPlan(TeamLayout.Of(1, rank8), PanelGroup(rank8, threads), false);
    }

    /// <summary>The size that leaves the fewest threads without a tile, over all panels.</summary>
    private static int PanelGroup(int rank8, int threads)
    {
        var best = threads;
        for (var size = LaunchPlan.GroupSize(2 * rank8); size <= threads; size += LaunchPlan.ThreadMultiple)
            if (PanelColumns.Count(rank8, size) * size < PanelColumns.Count(rank8, best) * best) best = size;
        return best;
    }
}
