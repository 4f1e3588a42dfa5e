namespace GpuAls;

/// <summary>What the equations of all rows of a half-iteration share.</summary>
/// <param name="weights">How a value becomes its two weights.</param>
/// <param name="fixedFactors">y.</param>
/// <param name="baseMatrix">α₀·YᵀY, [stride, stride], both triangles, ones on the diagonal of the padding.</param>
internal readonly unsafe struct SharedTerms(ConfidenceWeights weights, HostFactors fixedFactors, float* baseMatrix)
{
    public ConfidenceWeights Weights { get; } = weights;

    public HostFactors FixedFactors { get; } = fixedFactors;

    public float* BaseMatrix { get; } = baseMatrix;
}
