namespace GpuAls;

/// <summary>One round of a search.</summary>
/// <param name="Trials">How many trials take part, the best so far.</param>
/// <param name="Iterations">How far they are trained, in all; null for as far as their options say.</param>
internal sealed record Rung(int Trials, int? Iterations);

/// <summary>
/// Successive halving (Jamieson and Talwalkar, 2016): of n trials, each rung keeps one in η and trains it η times as
/// long, up to all iterations; there are as many rungs as both the trials and the iterations can be divided, but none
/// of fewer than <see cref="LeastIterations"/>.
/// </summary>
internal static class HalvingSchedule
{
    /// <summary>
    /// Iterations of a rung, at least: factors begin at random, and the first one or two iterations order trials
    /// otherwise than the later ones.
    /// </summary>
    public const int LeastIterations = 3;

    /// <param name="trials">n, at least 1.</param>
    /// <param name="iterations">Of the last rung, at least 1.</param>
    /// <param name="eta">η, at least 2.</param>
    public static IReadOnlyList<Rung> Of(int trials, int iterations, int eta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(eta, 2);
        var divisors = new List<int> { 1 };
        while (trials / divisors[^1] >= eta && iterations / divisors[^1] / eta >= LeastIterations)
            divisors.Add(divisors[^1] * eta);
        return [.. divisors.Select((divisor, rung) => new Rung(trials / divisor, iterations / divisors[^(rung + 1)]))];
    }
}
