namespace GpuAls.Tests.Engines;

/// <summary>Comparison of floating-point numbers in which NaN fails.</summary>
internal static class Close
{
    /// <summary>Each value within <paramref name="relative"/> of the largest expected magnitude.</summary>
    public static void All(
        IEnumerable<double> actual, IEnumerable<double> expected, double relative, string message = "")
    {
        var wanted = expected.ToArray();
        var tolerance = relative * Math.Max(1e-30, wanted.Max(Math.Abs));
        Assert.That(actual, Is.EqualTo(wanted).Within(tolerance), message);
    }
}
