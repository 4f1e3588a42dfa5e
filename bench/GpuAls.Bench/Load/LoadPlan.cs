namespace GpuAls.Bench.Load;

/// <summary>How much is measured.</summary>
internal sealed record LoadPlan(int Users, int Items, long Plays, int GroupRows, int Repetitions, int Lists)
{
    public static LoadPlan Full { get; } = new(50_000, 20_000, 5_000_000, 500_000, 3, 500_000);

    public static LoadPlan Quick { get; } = new(500, 200, 20_000, 5_000, 1, 2_000);
}
