namespace GpuAls;

/// <summary>How far a load is.</summary>
/// <param name="Rows">Rows read so far.</param>
/// <param name="Fraction">0 .. 1, by bytes of the files.</param>
public sealed record ReadProgress(long Rows, double Fraction);
