namespace GpuAls.Kernels;

/// <summary>What a row-solve kernel reports of each row; the host decides what follows.</summary>
public static class RowSolveStatus
{
    /// <summary>Solved.</summary>
    public const int Solved = 0;

    /// <summary>Solved with jitter on the diagonal.</summary>
    public const int Jittered = 1;

    /// <summary>Not solved; the row is zero.</summary>
    public const int Failed = 2;
}
