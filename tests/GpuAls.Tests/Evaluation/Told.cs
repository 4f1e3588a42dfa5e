namespace GpuAls.Tests.Evaluation;

/// <summary>Remembers what it is told.</summary>
internal sealed class Told : IProgress<double>
{
    public List<double> Shares { get; } = [];

    public void Report(double value) => Shares.Add(value);
}
