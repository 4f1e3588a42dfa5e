namespace GpuAls.Bench.OnGpu.Workloads;

/// <summary>An operation of the engine on made-up input, the same on every engine and machine.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="Rank">Number of factors.</param>
internal abstract record Workload(string Operation, int Rank)
{
    /// <summary>The size of the input, in words.</summary>
    public abstract string Shape { get; }

    /// <summary>What it is called where it is announced.</summary>
    public string Name => $"{Operation}, rank {Rank}, {Shape}";

    /// <summary>The largest error that a device may have.</summary>
    public abstract double Tolerance { get; }

    /// <summary>Whether a device can do it.</summary>
    public virtual bool RunsOn(IAlsEngine engine) => true;

    /// <summary>Brings the input to an engine.</summary>
    public abstract LoadedWorkload Load(IAlsEngine engine);

    /// <summary>What the result is compared with: the host engine's.</summary>
    public virtual double[] Expected(IAlsEngine host)
    {
        using var loaded = Load(host);
        return loaded.Compute();
    }

    /// <summary>The largest error of a result; not finite where the result is not.</summary>
    /// <param name="actual">The device's result.</param>
    /// <param name="expected">What it is compared with, or the start of it.</param>
    public virtual double Error(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected) => Errors.Relative(actual, expected);
}

/// <summary>A workload that is also timed.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="Rank">Number of factors.</param>
internal abstract record TimedWorkload(string Operation, int Rank) : Workload(Operation, Rank)
{
    /// <summary>Multiplications that it cannot do without.</summary>
    public abstract double UsefulFmas { get; }

    /// <summary>Bytes of global memory that it cannot do without: each play with its factor row, and each input and output once.</summary>
    public abstract double LeastBytes { get; }

    /// <summary>A part that the host engine computes in seconds; its result is the start of this one's.</summary>
    public virtual TimedWorkload Part => this;
}

/// <summary>A workload in the memory of an engine.</summary>
/// <param name="run">Does the operation once, and returns when it is done.</param>
/// <param name="result">What the last run gave.</param>
/// <param name="memory">What the input and output live in.</param>
internal sealed class LoadedWorkload(Action run, Func<double[]> result, params IDisposable[] memory) : IDisposable
{
    /// <summary>Does the operation once.</summary>
    public void Run() => run();

    /// <summary>Does it once and reads the result.</summary>
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
