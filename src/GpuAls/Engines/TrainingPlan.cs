namespace GpuAls;

/// <summary>What a training will ask of an engine.</summary>
/// <param name="Rank">Length of a factor vector.</param>
/// <param name="ConjugateGradientSteps">0 for exact solves.</param>
/// <param name="Precision">How plays are summed.</param>
public readonly record struct TrainingPlan(int Rank, int ConjugateGradientSteps, SumPrecision Precision);
