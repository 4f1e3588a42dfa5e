namespace GpuAls;

/// <summary>How far a trial is.</summary>
/// <param name="Trial">Which trial, from 1.</param>
/// <param name="Iteration">The iteration that is done, and measured.</param>
/// <param name="Iterations">Iterations at most, of this rung.</param>
public sealed record TrialStep(int Trial, int Iteration, int Iterations);
