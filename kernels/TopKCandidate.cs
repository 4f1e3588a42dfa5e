namespace GpuAls.Kernels;

/// <summary>An item that may belong in a list.</summary>
/// <param name="score">Its score.</param>
/// <param name="item">The item.</param>
public readonly struct TopKCandidate(float score, int item)
{
    /// <summary>Its score.</summary>
    public readonly float Score = score;

    /// <summary>The item.</summary>
    public readonly int Item = item;
}
