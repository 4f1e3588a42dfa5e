using ILGPU;

namespace GpuAls.Kernels;

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
