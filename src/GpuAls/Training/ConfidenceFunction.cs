namespace GpuAls;

/// <summary>How confidence grows with plays.</summary>
public enum ConfidenceFunction
{
    /// <summary>conf = α·r (Hu, Koren and Volinsky, equation 3).</summary>
    Linear,

    /// <summary>conf = α·ln(1 + r/ε) (the same paper, equation 6).</summary>
    Log,
}
