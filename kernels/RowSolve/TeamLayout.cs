using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// How the shared memory of a group is split among its teams, in Float4s. Eight lanes are served at once if they access
/// eight different 16-byte banks. Lanes are ordered by tile, then by team, so the stride from one row of tiles to the
/// next must equal, modulo eight, the combined stride of all teams.
/// </summary>
public readonly struct TeamLayout
{
    /// <summary>Plays that a team stages at a time, which is also the number of columns in a panel.</summary>
    public const int StageRows = 8;

    /// <summary>Fewest planes of rows whose unknowns are their plays.</summary>
    public const int LeastPlanes = 4;

    private const int Banks = 8;
    private const int Float4sOfEntries = 8;
    private const int HalvesOfEight = 2;

    /// <summary>Rows that a group solves at a time.</summary>
    public readonly int Teams;

    /// <summary>Stride from one row of tiles to the next within a plane.</summary>
    public readonly int RowStride;

    /// <summary>
    /// Stride from one plane to the next, such as that with the first four of each eight factors to that with the last
    /// four.
    /// </summary>
    public readonly int PlaneStride;

    /// <summary>Number of planes.</summary>
    public readonly int Planes;

    /// <summary>Stride from one team to the next.</summary>
    public readonly int TeamStride;

    private TeamLayout(int teams, int rowStride, int rank8, int bank, int planes, int entries)
    {
        (Teams, RowStride, Planes) = (teams, rowStride, planes);
        PlaneStride = Padded(rank8 * rowStride, rowStride % Banks);
        TeamStride = Padded(EntriesIndex(rank8) + entries, bank);
    }

    /// <summary>The smallest layout without bank conflicts.</summary>
    /// <param name="teams">Rows that a group solves at a time.</param>
    /// <param name="rank8">Tiles along the diagonal.</param>
    public static TeamLayout Of(int teams, int rank8) => Of(teams, rank8, HalvesOfEight, 2 * Float4sOfEntries);

    /// <summary>The smallest layout of rows whose unknowns are their plays.</summary>
    /// <param name="teams">Rows that a group solves at a time.</param>
    /// <param name="plays8">Tiles along the diagonal: plays of a row, divided by eight.</param>
    /// <param name="planes">
    /// Float4s of each play that are staged at a time, a multiple of <see cref="LeastPlanes"/>.
    /// </param>
    public static TeamLayout OfPlays(int teams, int plays8, int planes) =>
        Of(teams, plays8, planes, StageRows * plays8);

    private static TeamLayout Of(int teams, int rank8, int planes, int entries)
    {
        var best = 1;
        for (var bank = 3; bank < Banks; bank += 2)
            if (teams * bank % Banks < teams * best % Banks) best = bank;
        return new TeamLayout(teams, StageRows + (teams * best % Banks), rank8, best, planes, entries);
    }

    /// <summary>Index of one half of a row of tiles within the team's memory.</summary>
    internal int PartIndex(int row, int half) => (half * PlaneStride) + (row * RowStride);

    /// <summary>
    /// Index of the factored diagonal tiles, [rank8, 12]: A, B and D of each. They follow the panel, in place of more
    /// planes, which are not used any more.
    /// </summary>
    internal int DiagonalIndex => HalvesOfEight * PlaneStride;

    /// <summary>Index of the four vectors, [4, 2·rank8].</summary>
    internal int VectorsIndex(int rank8) =>
        IntrinsicMath.Max(Planes * PlaneStride, DiagonalIndex + (12 * rank8));

    /// <summary>
    /// Index of the entries of the staged plays, double-buffered: those in use and the next ones; or of all plays of a
    /// row, if they are its unknowns.
    /// </summary>
    internal int EntriesIndex(int rank8) => VectorsIndex(rank8) + (8 * rank8);

    /// <summary>The smallest number ≥ <paramref name="least"/> that falls on a bank.</summary>
    private static int Padded(int least, int bank) => least + ((bank - (least % Banks) + Banks) % Banks);
}

/// <summary>The shared memory of a group, from the point of view of one of its teams.</summary>
internal struct TeamGroup
{
    /// <summary>The team's own memory.</summary>
    public TeamStage Stage;

    /// <summary>Shared by all teams.</summary>
    public TeamFlags Flags;

    public static TeamGroup Of(in RowSolveArguments arguments, int team)
    {
        // Allocated as floats: for dynamic shared memory of structs, ILGPU emits OpenCL that does not compile.
        var memory = SharedMemory.GetDynamic<float>().Cast<Float4>();
        var teams = arguments.Layout.Teams;
        return new TeamGroup
        {
            Stage = new TeamStage(memory, arguments.Layout, team, arguments.Rank4 / 2),
            Flags = new TeamFlags(
                memory.SubView(teams * arguments.Layout.TeamStride, Float4.Holding(2 * teams)).Cast<float>(), teams),
        };
    }
}

/// <summary>
/// Flags of the teams of a group, [2, teams] in shared memory: which teams failed and which need refinement.
/// </summary>
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
