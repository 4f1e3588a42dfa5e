using GpuAls.Bench.Scaling;

namespace GpuAls.Tests.Bench.Scaling;

/// <summary>Predictions follow from the row model, the shares and the links.</summary>
public sealed class PredictionTests
{
    private static readonly Links GpuToGpu = new("", OfGpu: 100, OfNode: 40, IsStaged: false);
    private static readonly Links Staged = GpuToGpu with { IsStaged = true };

    /// <summary>800 bytes; on two nodes, each receives 400 of them.</summary>
    [TestCase(1, 0, 0)]
    [TestCase(8, 7, 8)]
    [TestCase(16, 10, 18)]
    public void GatherSeconds_OneNodeAndTwo_IsTheSlowerLinkOrAllCopiesOneAfterTheOther(
        int processCount, double direct, double staged)
    {
        Assert.That(GpuToGpu.GatherSeconds(800, processCount), Is.EqualTo(direct));
        Assert.That(Staged.GatherSeconds(800, processCount), Is.EqualTo(staged));
    }

    /// <summary>Within a fifth of the iterations measured on an H200.</summary>
    [Test]
    public void OneGpu_TheShapesMeasured_TakesAboutAsLong()
    {
        foreach (var gpu in GpuModel.All)
        {
            var lastFm = Histories.Of("", 358_868, 292_385, 17_500_000);
            var movieLens = Histories.Of("", 138_493, 26_744, 20_000_000);
            Assert.That(Seconds(lastFm), Is.EqualTo(gpu.Measured.LastFm).Within(20).Percent);
            Assert.That(Seconds(movieLens), Is.EqualTo(gpu.Measured.MovieLens).Within(20).Percent);

            double Seconds(Histories plays) => new Prediction(gpu, plays, 1, gpu.RowSeconds).OneGpu;
        }
    }

    /// <summary>Rows shared out by the time they take leave no GPU with more than its share and a row.</summary>
    [Test]
    public void Iteration_MoreGpus_SharesTheRowsAndWaitsForTheSlowest()
    {
        var (gpu, plays) = (GpuModel.All[0], Histories.Of("", 40_000, 9_000, 2_000_000));
        var free = new Links("", double.PositiveInfinity, double.PositiveInfinity, IsStaged: false);
        var (alone, eight) = (Of(1, gpu.RowSeconds), Of(8, gpu.RowSeconds));

        Assert.That(alone.Iteration(free, overlaps: false), Is.EqualTo(alone.OneGpu).Within(1e-9).Percent);
        Assert.That(alone.Efficiency(alone.OneGpu), Is.EqualTo(1));
        Assert.That(eight.Time.Mean, Is.EqualTo(alone.Time.Mean / 8).Within(1e-9).Percent);
        Assert.That(eight.Time.Largest / eight.Time.Mean, Is.InRange(1, 1.05));
        Assert.That(
            eight.Iteration(free, overlaps: false),
            Is.EqualTo(eight.Gramian + eight.Time.Largest).Within(1e-9).Percent);
        Assert.That(eight.Received, Is.LessThan(eight.FactorBytes).And.GreaterThan(eight.FactorBytes * 0.8));
        // Shared out by their number, the long rows are in one place.
        Assert.That(Of(8, _ => 1).Time.Largest / eight.Time.Mean, Is.GreaterThan(1.5));

        Prediction Of(int processCount, Func<int, double> cost) => new(gpu, plays, processCount, cost);
    }

    /// <summary>Both sides have so many rows that they are sent in eight chunks.</summary>
    [Test]
    public void Iteration_OverlappedExchange_HidesTheShorterOfBothButForOneChunk()
    {
        var (gpu, plays) = (GpuModel.All[0], Histories.Of("", 200_000, 150_000, 20_000_000));
        var slow = new Links("", 1e6, 1e6, IsStaged: false);
        var predicted = new Prediction(gpu, plays, 8, gpu.RowSeconds);

        Assert.That(
            predicted.Iteration(slow, overlaps: true),
            Is.EqualTo(predicted.Gramian + predicted.Exchange(slow) + (predicted.Time.Largest / 8))
                .Within(1e-9).Percent);
        Assert.That(
            predicted.Iteration(slow, overlaps: false),
            Is.EqualTo(predicted.Gramian + predicted.Time.Largest + predicted.Exchange(slow)).Within(1e-9).Percent);
    }

    /// <summary>39 blocks of users and 4 of items: a GPU sums 5 and 1 of them, of 2¹⁸ rows each.</summary>
    [Test]
    public void Gramian_ManyRows_IsThatOfTheLargestShareOfBlocks()
    {
        var (gpu, plays) = (GpuModel.All[0], Histories.Of("", 10_000_000, 1_000_000, 100_000_000));
        var free = new Links("", double.PositiveInfinity, double.PositiveInfinity, IsStaged: false);
        var slow = new Links("", 1e6, 1e6, IsStaged: false);

        var eight = new Prediction(gpu, plays, 8, gpu.RowSeconds);

        Assert.That(eight.Gramian, Is.EqualTo(gpu.GramianSeconds(6 << 18)).Within(1e-9).Percent);
        var sent = eight.Iteration(slow, overlaps: false) - eight.Iteration(free, overlaps: false);
        Assert.That(
            sent - eight.Exchange(slow), Is.EqualTo((39 + 4) * 64 * 64 * 8 / 1e6 * 7 / 8).Within(1e-6).Percent);
    }

    /// <summary>
    /// The work by which the program shares out rows is that of the engine: with the work of the dual form, which GPUs
    /// do not have, the slowest GPU took 1.5 to 3 times the mean.
    /// </summary>
    [Test]
    public void Time_TheCostOfThePlan_LeavesNoGpuFarAboveTheMean()
    {
        var plays = Histories.Of("", 10_000_000, 1_000_000, 1_000_000_000);
        foreach (var gpu in GpuModel.All)
        {
            var time = new Prediction(gpu, plays, 8, new TrainingPlan(gpu.Rank, 0, SumPrecision.Fp32).WorkOf).Time;
            Assert.That(time.Largest / time.Mean, Is.LessThan(1.1), $"rank {gpu.Rank}");
        }
    }

    [Test]
    public void Fits_FactorsOfABillionRows_DoNotFitOneGpu()
    {
        var gpu = GpuModel.All[1];

        var few = new Prediction(gpu, Histories.Of("", 1_000_000, 100_000, 10_000_000), 8, gpu.RowSeconds);
        Assert.That(few.Fits, Is.True);
        var many = new Prediction(
            gpu, Histories.Of("", 1_000_000_000, 100_000_000, 100_000_000_000), 8, gpu.RowSeconds);
        Assert.That(many.FactorBytes, Is.EqualTo(1_100_000_000L * 128 * 4));
        Assert.That(many.Fits, Is.False);
    }

    [Test]
    public void Run_Quick_PrintsEveryTable()
    {
        using var results = new StringWriter();

        new ScalingRun(ScalingPlan.Quick, results).Run();

        var text = results.ToString();
        Assert.That(text, Does.Contain("PREDICTED, not measured"));
        foreach (var links in Links.All) Assert.That(text, Does.Contain(links.Name));
        Assert.That(text, Does.Not.Contain("NaN").And.Not.Contain("∞").And.Not.Contain("Infinity"));
    }
}
