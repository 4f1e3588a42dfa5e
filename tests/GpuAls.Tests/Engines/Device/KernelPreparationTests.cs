namespace GpuAls.Tests.Engines.Device;

/// <summary>What is compiled beside the reading of plays is what the training needs.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.OnDevices))]
internal sealed class KernelPreparationTests<TEngine>
    where TEngine : ITestEngine
{
    private const int KernelsOfLongRows = 3;

    /// <summary>A short row, and a long one where the engine takes it.</summary>
    private static int[] RowLengths => TEngine.TakesManyRows ? [3, 2_100] : [3, 40];

    private static IEnumerable<TestCaseData> Plans()
    {
        yield return new TestCaseData(new TrainingPlan(9, 0, SumPrecision.Fp32), KernelsOfLongRows)
            .SetArgDisplayNames("exact");
        yield return new TestCaseData(new TrainingPlan(9, 2, SumPrecision.Fp32), 0)
            .SetArgDisplayNames("conjugate gradients");
        if (TEngine.TakesManyRows)
            yield return new TestCaseData(new TrainingPlan(200, 0, SumPrecision.Fp32), KernelsOfLongRows)
                .SetArgDisplayNames("high rank");
    }

    [TestCaseSource(nameof(Plans))]
    public void TrainingKernels_OfAPlan_AreThoseOfItsIteration(TrainingPlan plan, int ofLongRows)
    {
        using var engine = (DeviceEngine)TEngine.Create();
        using var factors = engine.CreateFactors(RowLengths[1], plan.Rank);
        Assert.That(engine.TrainingKernels(plan).Where(kernel => kernel.IsCompiled), Is.Empty);

        engine.Gramian(factors, RowRange.All(factors), new double[plan.Rank * plan.Rank]);
        new Problem(
            plan.Rank,
            RowLengths,
            columns: RowLengths[1],
            seed: 1)
        { ConjugateGradientSteps = plan.ConjugateGradientSteps }.Solve(engine);

        Assert.That(
            engine.TrainingKernels(plan).SkipLast(TEngine.TakesManyRows ? 0 : ofLongRows)
                .Where(kernel => !kernel.IsCompiled),
            Is.Empty);
    }

    [Test]
    public void PrepareTraining_BesideATraining_ChangesNothing()
    {
        var problem = new Problem(9, [3, 40], columns: 40, seed: 2);
        using var engine = TEngine.Create();
        using var prepared = TEngine.Create();
        prepared.PrepareTraining(new TrainingPlan(9, 0, SumPrecision.Fp32));
        prepared.PrepareTopK();

        Assert.That(problem.Solve(prepared), Is.EqualTo(problem.Solve(engine)));
    }

    [Test]
    public void Dispose_WhileKernelsAreCompiled_Ends()
    {
        var engine = TEngine.Create();
        engine.PrepareTraining(new TrainingPlan(9, 0, SumPrecision.Fp32));
        engine.PrepareTopK();

        Assert.That(engine.Dispose, Throws.Nothing);
    }
}
