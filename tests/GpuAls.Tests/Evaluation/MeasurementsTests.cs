namespace GpuAls.Tests.Evaluation;

public sealed class MeasurementsTests
{
    private static readonly MetricColumns Columns = new([3], MetricKinds.Lists | MetricKinds.Errors);

    private static readonly Metric Precision = new("precision", 3);

    [Test]
    public void Summarize_UsersWhoDoNotDiffer_HasNoWidth()
    {
        var values = Measured(0.25, 0.25, 0.25).Summarize(new BootstrapOptions(100, 1));

        Assert.That(
            values.Single(value => value.Metric == Precision),
            Is.EqualTo(new MetricValue(Precision, 0.25, 0.25, 0.25)));
    }

    /// <summary>
    /// 1,000 users, half of whom have precision 1: the standard error is 0.0158, so the interval 0.469 .. 0.531.
    /// </summary>
    [Test]
    public void Summarize_ManyUsers_HasTheIntervalOfTheNormalDistribution()
    {
        var precision = Measured([.. Enumerable.Range(0, 1000).Select(user => user % 2 == 0 ? 1.0 : 0)])
            .Summarize(new BootstrapOptions(2000, 1))
            .Single(value => value.Metric == Precision);

        Assert.That(precision.Value, Is.EqualTo(0.5));
        Assert.That(precision.Low, Is.EqualTo(0.5 - (1.96 * 0.0158)).Within(0.003));
        Assert.That(precision.High, Is.EqualTo(0.5 + (1.96 * 0.0158)).Within(0.003));
    }

    [Test]
    public void Summarize_SameSeed_GivesTheSameIntervals()
    {
        var measured = Measured(0.1, 0.7, 0.3, 0.9);

        var (first, second) =
            (measured.Summarize(new BootstrapOptions(100, 5)), measured.Summarize(new BootstrapOptions(100, 5)));

        Assert.That(second, Is.EqualTo(first));
        Assert.That(measured.Summarize(new BootstrapOptions(100, 6)), Is.Not.EqualTo(first));
    }

    [Test]
    public void Summarize_NoResamples_HasNoIntervals() =>
        Assert.That(
            Measured(0.1, 0.7).Summarize(new BootstrapOptions(0, 1)), Has.All.Property(nameof(MetricValue.Low)).Null);

    [TestCase(0, 10)]
    [TestCase(0.5, 25)]
    [TestCase(0.625, 30)]
    [TestCase(1, 50)]
    public void Percentile_LiesBetweenItsNeighboursInProportion(double share, double expected) =>
        Assert.That(Bootstrap.Percentile([10, 20, 25, 35, 50], share), Is.EqualTo(expected));

    [Test]
    public void Merge_Folds_SumTheNumbersOfEachUser()
    {
        var merged = Measurements.Merge([Measured([4, 7], [0.2, 0.4]), Measured([7, 9], [0.6, 0.8])]);

        Assert.That(merged.Users, Is.EqualTo(3));
        Assert.That(merged.Value(Precision), Is.EqualTo((0.2 + 0.4 + 0.6 + 0.8) / 4).Within(1e-15));
    }

    [Test]
    public void Value_MetricThatWasNotMeasured_Fails() =>
        Assert.That(
            () => Measured(1).Value(new Metric("auc")), Throws.ArgumentException.With.Message.Contains("precision@3"));

    private static Measurements Measured(params double[] precisions) =>
        Measured([.. Enumerable.Range(0, precisions.Length)], precisions);

    private static Measurements Measured(int[] users, double[] precisions)
    {
        var values = new double[users.Length * Columns.Count];
        for (var user = 0; user < users.Length; user++)
            (
                values[(user * Columns.Count) + MetricColumns.Users],
                values[(user * Columns.Count) + MetricColumns.OfCutoff(0)]) =
                (1, precisions[user]);
        return new Measurements(Columns, users, values, [0.5]);
    }
}
