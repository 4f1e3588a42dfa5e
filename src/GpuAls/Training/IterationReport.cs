namespace GpuAls.Training;

/// <summary>One iteration.</summary>
/// <param name="Iteration">From 1.</param>
/// <param name="Seconds">Wall time of both solves, without the loss.</param>
/// <param name="Loss">L after the iteration; null where it is not tracked.</param>
/// <param name="JitteredRows">Rows that needed jitter on their diagonal.</param>
public sealed record IterationReport(int Iteration, double Seconds, double? Loss, int JitteredRows);
