namespace GpuAls.Bench.OnGpu.Workloads;

/// <summary>An engine operation on synthetic input, which is the same on every engine and machine.</summary>
/// <param name="Operation">Name of the operation.</param>
/// <param name="Rank">Number of factors.</param>
internal abstract record Workload(string Operation, int Rank)
{
    /// <summary>Description of the input's size.</summary>
    public abstract string Shape { get; }

    /// <summary>Name in progress messages.</summary>
    public string Name => $"{Operation}, rank {Rank}, {Shape}";

    /// <summary>The largest error allowed on a device.</summary>
    public abstract double Tolerance { get; }

    /// <summary>Whether an engine supports it.</summary>
    public virtual bool RunsOn(IAlsEngine engine) => true;

    /// <summary>Loads the input on an engine.</summary>
    public abstract LoadedWorkload Load(IAlsEngine engine);

    /// <summary>The expected result, computed on the host engine.</summary>
    public virtual double[] Expected(IAlsEngine host)
    {
        using var loaded = Load(host);
        return loaded.Compute();
    }

    /// <summary>The largest error of a result; not finite if the result is not.</summary>
    /// <param name="actual">The device's result.</param>
    /// <param name="expected">The expected result, or its beginning.</param>
    public virtual double Error(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected) =>
        Errors.Relative(actual, expected);
}

/// <summary>A workload that is also timed.</summary>
/// <param name="Operation">Name of the operation.</param>
/// <param name="Rank">Number of factors.</param>
internal abstract record TimedWorkload(string Operation, int Rank) : Workload(Operation, Rank)
{
    /// <summary>FMAs that the result needs.</summary>
    public abstract double UsefulFmas { get; }

    /// <summary>
    /// Minimum bytes of global memory accessed: every play with its factor row, and every input and output once.
    /// </summary>
    public abstract double LeastBytes { get; }

    /// <summary>A part that the host engine computes in seconds; its result is the beginning of this one's.</summary>
    public virtual TimedWorkload Part => this;
}

/// <summary>A workload that is loaded on an engine.</summary>
/// <param name="run">Runs the operation once and waits for it.</param>
/// <param name="result">Reads the result of the last run.</param>
/// <param name="memory">The engine memory of input and output.</param>
internal sealed class LoadedWorkload(Action run, Func<double[]> result, params IDisposable[] memory) : IDisposable
{
    /// <summary>Runs the operation once.</summary>
    public void Run() => run();

    /// <summary>Runs the operation once and reads the result.</summary>
    public double[] Compute()
    {
        run();
        return result();
    }

    public void Dispose()
    {
        foreach (var part in memory) part.Dispose();
    }
}

/// <summary>Error measures for results.</summary>
internal static class Errors
{
    private const double Smallest = 1e-30;

    /// <summary>
    /// The largest difference, relative to the largest expected magnitude; infinite if a value is NaN.
    /// </summary>
    public static double Relative(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        var (largest, size) = (0.0, Smallest);
        for (var i = 0; i < expected.Length; i++)
        {
            var error = Math.Abs(actual[i] - expected[i]);
            largest = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(largest, error);
            size = Math.Max(size, Math.Abs(expected[i]));
        }

        return largest / size;
    }

    /// <summary>The same per row, relative to the row's largest expected magnitude.</summary>
    public static double OfRows(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, int rowLength)
    {
        var largest = 0.0;
        for (var start = 0; start < expected.Length; start += rowLength)
            largest = Math.Max(largest, Relative(actual.Slice(start, rowLength), expected.Slice(start, rowLength)));
        return largest;
    }

    /// <summary>The share of values that differ.</summary>
    public static double Unequal(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        var unequal = 0;
        for (var i = 0; i < expected.Length; i++) unequal += actual[i].Equals(expected[i]) ? 0 : 1;
        return (double)unequal / Math.Max(1, expected.Length);
    }
}
