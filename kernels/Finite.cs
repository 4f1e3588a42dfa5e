namespace GpuAls.Kernels;

/// <summary>Whether a number is one: comparisons with NaN are false on every device.</summary>
internal static class Finite
{
    public static bool Is(float value) => MathF.Abs(value) <= float.MaxValue;

    public static bool IsPositive(float value) => value > 0 && value <= float.MaxValue;
}
