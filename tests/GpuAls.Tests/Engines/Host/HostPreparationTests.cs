namespace GpuAls.Tests.Engines.Host;

/// <summary>What runs beside the reading of plays, so that inner loops are optimized in time.</summary>
internal sealed class HostPreparationTests
{
    private static readonly TrainingPlan[] Plans =
    [
        new(1, 0, SumPrecision.Fp32),
        new(64, 0, SumPrecision.Fp32),
        new(64, 3, SumPrecision.Fp32),
        new(200, 0, SumPrecision.Fp32),
        new(8, 0, SumPrecision.Fp32, IsNonnegative: true),
    ];

    [Test]
    public void Repeat_AnyPlan_SolvesUntilItIsToEnd(
        [ValueSource(nameof(Plans))] TrainingPlan plan, [Values(128, 256, 512)] int vectorBits)
    {
        var rounds = 0;

        HostPreparation.Repeat(HostOperations.OfWidth(vectorBits, threadCount: 1), plan, () => rounds++ < 2);

        Assert.That(rounds, Is.EqualTo(3));
    }

    [Test]
    public void PrepareTraining_BesideASolve_ChangesNothing([ValueSource(nameof(Plans))] TrainingPlan plan)
    {
        var problem = new Problem(plan.Rank, [3, 40], columns: 40, seed: 2)
        {
            ConjugateGradientSteps = plan.ConjugateGradientSteps,
        };
        using var engine = new HostEngine();
        using var prepared = new HostEngine();
        prepared.PrepareTraining(plan);

        Assert.That(problem.Solve(prepared), Is.EqualTo(problem.Solve(engine)));
    }
}
