using ILGPU;

namespace GpuAls.Kernels;

/// <summary>The shared memory of a group as one of its teams sees it.</summary>
internal struct TeamGroup
{
    /// <summary>The team's own part.</summary>
    public TeamStage Stage;

    /// <summary>What all teams see.</summary>
    public TeamFlags Flags;

    public static TeamGroup Of(in RowSolveArguments arguments, int team)
    {
        // Taken as floats: ILGPU writes OpenCL that does not compile for dynamic memory of structs.
        var memory = SharedMemory.GetDynamic<float>().Cast<Float4>();
        var teams = arguments.Layout.Teams;
        return new TeamGroup
        {
            Stage = new TeamStage(memory, arguments.Layout, team, arguments.Rank4 / 2),
            Flags = new TeamFlags(memory.SubView(teams * arguments.Layout.TeamStride, Float4.Holding(2 * teams)).Cast<float>(), teams),
        };
    }
}
