using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// How the shared memory of a group is cut up among its teams, in Float4s. Eight lanes are served together where they meet eight
/// different banks of 16 bytes. They stand tile by tile, team by team: a tile's row further must lead as far, modulo eight, as all
/// the teams do.
/// </summary>
public readonly struct TeamLayout
{
    /// <summary>Plays that a team stages at a time, and columns of a panel.</summary>
    public const int StageRows = 8;

    private const int Banks = 8;
    private const int Float4sOfEntries = 8;

    /// <summary>Rows that a group solves at a time.</summary>
    public readonly int Teams;

    /// <summary>From one tile's row to the next in a plane.</summary>
    public readonly int RowStride;

    /// <summary>From the plane of the first four factors of each eight to that of the last four.</summary>
    public readonly int PlaneStride;

    /// <summary>From one team to the next.</summary>
    public readonly int TeamStride;

    private TeamLayout(int teams, int rowStride, int rank8, int bank)
    {
        (Teams, RowStride) = (teams, rowStride);
        PlaneStride = Padded(rank8 * rowStride, rowStride % Banks);
        TeamStride = Padded(EntriesIndex(PlaneStride, rank8) + (2 * Float4sOfEntries), bank);
    }

    /// <summary>The smallest layout without conflicts.</summary>
    /// <param name="teams">Rows that a group solves at a time.</param>
    /// <param name="rank8">Tiles along the diagonal.</param>
    public static TeamLayout Of(int teams, int rank8)
    {
        var best = 1;
        for (var bank = 3; bank < Banks; bank += 2)
            if (teams * bank % Banks < teams * best % Banks) best = bank;
        return new TeamLayout(teams, StageRows + (teams * best % Banks), rank8, best);
    }

    /// <summary>Where a team has one half of a tile's row.</summary>
    internal int PartIndex(int row, int half) => (half * PlaneStride) + (row * RowStride);

    /// <summary>Factored tiles of the diagonal, [rank8, 12]: A, B and D of each.</summary>
    internal static int DiagonalIndex(int planeStride) => 2 * planeStride;

    /// <summary>Four vectors, [4, 2·rank8].</summary>
    internal static int VectorIndex(int planeStride, int rank8, int vector) => DiagonalIndex(planeStride) + (12 * rank8) + (2 * rank8 * vector);

    /// <summary>What is known of the staged plays, twice: of those in use and of the next ones.</summary>
    internal static int EntriesIndex(int planeStride, int rank8) => VectorIndex(planeStride, rank8, 4);

    /// <summary>The smallest number from <paramref name="least"/> on that leads to a bank.</summary>
    private static int Padded(int least, int bank) => least + ((bank - (least % Banks) + Banks) % Banks);
}

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

/// <summary>What the teams of a group tell each other, [2, teams] in shared memory: who failed, and who asks for refinement.</summary>
/// <param name="memory">[2·teams].</param>
/// <param name="teams">Number of teams.</param>
internal readonly struct TeamFlags(ArrayView<float> memory, int teams)
{
    private readonly ArrayView<float> _memory = memory;
    private readonly int _teams = teams;

    public void Clear(int team)
    {
        _memory[team] = 0;
        _memory[_teams + team] = 0;
    }

    public void Fail(int team) => _memory[team] = 1;

    public void AskForRefinement(int team) => _memory[_teams + team] = 1;

    public bool HasFailed(int team) => _memory[team] != 0;

    public bool AsksForRefinement(int team) => _memory[_teams + team] != 0;

    public bool AnyAsksForRefinement()
    {
        float sum = 0;
        for (var team = 0; team < _teams; team++) sum += _memory[_teams + team];
        return sum != 0;
    }
}
