namespace GpuAls.Kernels;

/// <summary>What a row-solve kernel reports of each row; the host decides what follows.</summary>
public static class RowSolveStatus
{
    /// <summary>Solved.</summary>
    public const int Solved = 0;

    /// <summary>Beyond what fp32 can solve; the row is zero.</summary>
    public const int Unsolved = 1;

    /// <summary>A long row, solved once, that will be refined when the residuals of its segments are there.</summary>
    public const int AsksForRefinement = 2;
}
