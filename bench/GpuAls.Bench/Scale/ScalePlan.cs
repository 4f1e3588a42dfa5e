using GpuAls.Bench.Shapes;

namespace GpuAls.Bench.Scale;

/// <summary>How much is measured.</summary>
/// <param name="Shape">The shape of the threads and ranks, and the first of the plays.</param>
/// <param name="Rank">Rank of the threads and plays.</param>
/// <param name="Ranks">The ranks.</param>
/// <param name="Iterations">Iterations that are timed, after one that is verified.</param>
internal sealed record ScalePlan(Shape Shape, int Rank, int[] Ranks, int Iterations)
{
    public static ScalePlan Full { get; } = new(Shape.Host, 64, [16, 32, 64, 96, 128, 192, 256], 3);

    public static ScalePlan Quick { get; } = new(Shape.Of(500, 200, 5_000), 16, [16, 24], 1);
}
