using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// What a score can be at most, on devices. With u = 2⁻²⁴, a score of r products in fp32 is at most (1 + γ)·|x|·|y| +
/// r·2⁻¹⁴⁹, where γ = r·u/(1 − r·u), and r·2⁻¹²⁶ where a device makes subnormal numbers 0 (see NormBound of the host
/// engine). |x| is itself a root of a sum in fp32, at most γ/2 too low, and at most √r·2⁻⁶³ where squares underflow.
/// The slack is more than all that and the few operations around it, of which division and root are the least accurate:
/// 3 ulps in OpenCL.
/// </summary>
internal static class TopKBound
{
    /// <summary>Of each factor, 2⁻²².</summary>
    private const float Slack = 1f / (1 << 22);

    /// <summary>In all, 2⁻¹⁸.</summary>
    private const float LeastSlack = 1f / (1 << 18);

    /// <summary>More than √r·2⁻⁶³ for any rank.</summary>
    private const float LostNorm = 1e-17f;

    /// <summary>Far above what underflow takes from a score.</summary>
    private const float LeastThreshold = 1e-20f;

    /// <summary>(1 + slack)·|x|, rounded up; infinite if x has factors that are not finite.</summary>
    public static float OfQuery(in TopKArguments arguments, int row)
    {
        var sum = 0f;
        for (var i = 0; i < arguments.Rank4; i++)
        {
            var x = arguments.Queries[((long)row * arguments.Rank4) + i];
            sum += x.Dot(x);
        }

        var slack = 1 + (arguments.Rank4 * Float4.Width * Slack) + LeastSlack;
        return Finite.Is(sum) ? (MathF.Sqrt(sum) * slack) + LostNorm : float.PositiveInfinity;
    }

    /// <summary>Items of lower norms score less than a threshold; 0 if there are no such items.</summary>
    /// <param name="threshold">The threshold.</param>
    /// <param name="bound">As <see cref="OfQuery"/> has it.</param>
    public static float Cutoff(float threshold, float bound)
    {
        // Below the largest float, no partial sum of a score becomes infinite.
        var reached = IntrinsicMath.Min(threshold, float.MaxValue) * (1 - LeastSlack);
        return threshold > LeastThreshold ? reached / bound : 0;
    }
}
