using GpuAls.Bench.Shapes;

namespace GpuAls.Bench.OnGpu.Workloads;

/// <summary>A training on sample plays; the result is the loss after each iteration.</summary>
/// <param name="Size">The shape of the sample.</param>
/// <param name="Rank">Number of factors.</param>
internal sealed record TrainingWorkload(Shape Size, int Rank) : Workload("training, loss", Rank)
{
    private const int Iterations = 3;

    public override string Shape =>
        $"{Size.Users:N0} users, {Size.Items:N0} items, {Size.Plays:N0} plays, {Iterations} iterations";

    public override double Tolerance => 1e-4;

    public override LoadedWorkload Load(IAlsEngine engine)
    {
        var plays = SampleMatrix.Create(Size);
        var trainer = new FactorTrainer(engine, TrainingRun.Options(Rank, Iterations));
        double[] losses = [];
        return new LoadedWorkload(
            () => losses = [.. trainer.Fit(plays).Iterations.Select(iteration => iteration.Loss!.Value)], () => losses);
    }
}
