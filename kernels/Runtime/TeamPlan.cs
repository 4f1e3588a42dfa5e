using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>How many rows a group solves at a time, and with how many threads and how much shared memory.</summary>
/// <param name="Layout">Layout of the teams; a single team if a row's triangle is solved panel by panel.</param>
/// <param name="GroupSize">Threads per group, a whole number of warps.</param>
/// <param name="IsWhole">Whether a group has a thread for every tile of the triangle.</param>
internal readonly record struct TeamPlan(TeamLayout Layout, int GroupSize, bool IsWhole)
{
    private const int MostTeams = 32;

    /// <summary>Float4s of a play that are staged at a time, at most.</summary>
    private const int MostPlanes = 8;

    /// <summary>Shared memory up to which more of a play is staged at a time.</summary>
    private const int SharedBytesOfPlays = 32 * 1024;

    /// <summary>
    /// Maximum threads per group: with <see cref="GroupsAtATime"/> such groups, each thread still gets the registers
    /// that a tile needs.
    /// </summary>
    internal const int MaximumGroupSize = 192;

    /// <summary>
    /// Groups per multiprocessor at a time: while one waits for a barrier or a pivot, the others multiply.
    /// </summary>
    internal const int GroupsAtATime = 2;

    /// <summary>Shared memory per group, in Float4s.</summary>
    public int SharedFloat4s => (Layout.Teams * Layout.TeamStride) + Float4.Holding(2 * Layout.Teams);

    /// <summary>Number of panels into which a triangle is split.</summary>
    public int Panels(int rank4) => PanelColumns.Count(rank4 / 2, GroupSize / Layout.Teams);

    /// <summary>Number of groups for this many tasks, one team per task.</summary>
    public int GroupsFor(int tasks) => (tasks + Layout.Teams - 1) / Layout.Teams;

    /// <summary>The launch configuration for this many groups.</summary>
    public KernelConfig Config(int groups) => LaunchPlan.Config(groups, GroupSize, SharedFloat4s);

    /// <summary>
    /// The plan for a rank: as many teams as threads and shared memory allow, with a thread for every tile and every
    /// four factors.
    /// </summary>
    public static TeamPlan For(Accelerator accelerator, int rank4) =>
        For(
            Math.Min(MaximumGroupSize, LaunchPlan.LargestGroup(accelerator)),
            LaunchPlan.SharedBytes(accelerator),
            rank4);

    /// <summary>
    /// The largest rank, in steps of eight, for which a row fits in shared memory and each four factors have a thread.
    /// </summary>
    public static int MaximumRank(Accelerator accelerator)
    {
        var (rank, bytes) = (0, LaunchPlan.SharedBytes(accelerator));
        while (Takes(For(accelerator, Float4.CountFor(rank + Tile8.Width)), rank + Tile8.Width)) rank += Tile8.Width;
        return rank;

        bool Takes(TeamPlan plan, int next) =>
            plan.SharedFloat4s * Float4.Bytes <= bytes && plan.GroupSize >= Float4.CountFor(next);
    }

    /// <summary>The plan for a rank, given the threads and bytes of shared memory per group.</summary>
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

    /// <summary>
    /// The plan for rows of up to 8·<paramref name="plays8"/> plays that are solved through as many unknowns; whole,
    /// unless the device has too few threads or too little shared memory.
    /// </summary>
    public static TeamPlan ForPlays(Accelerator accelerator, int plays8) =>
        ForPlays(
            Math.Min(MaximumGroupSize, LaunchPlan.LargestGroup(accelerator)),
            LaunchPlan.SharedBytes(accelerator),
            plays8);

    /// <summary>The same, given the threads and bytes of shared memory per group.</summary>
    public static TeamPlan ForPlays(int threads, int bytes, int plays8)
    {
        var lanes = plays8 == 1 ? 1 : Math.Max(TriangleIndex.Count(plays8), 2 * plays8);
        for (var teams = Math.Min(MostTeams, threads / lanes); teams > 0; teams--)
        {
            for (var planes = MostPlanes; planes >= TeamLayout.LeastPlanes; planes /= 2)
            {
                var layout = TeamLayout.OfPlays(teams, plays8, planes);
                var plan = new TeamPlan(layout, LaunchPlan.GroupSize(teams * lanes), true);
                var most = planes == TeamLayout.LeastPlanes ? bytes : Math.Min(bytes, SharedBytesOfPlays);
                if (plan.SharedFloat4s * Float4.Bytes <= most) return plan;
            }
        }

        return default;
    }

    /// <summary>The group size that leaves the fewest threads idle over all panels.</summary>
    private static int PanelGroup(int rank8, int threads)
    {
        var best = threads;
        for (var size = LaunchPlan.GroupSize(2 * rank8); size <= threads; size += LaunchPlan.ThreadMultiple)
            if (PanelColumns.Count(rank8, size) * size < PanelColumns.Count(rank8, best) * best) best = size;
        return best;
    }
}
