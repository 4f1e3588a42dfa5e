namespace GpuAls.Kernels;

/// <summary>What a launch of a row solve takes as its tasks.</summary>
public static class SolveRound
{
    /// <summary>Rows, summed from their plays.</summary>
    public const int Rows = 0;

    /// <summary>Long rows, summed from their segments.</summary>
    public const int LongRows = 1;

    /// <summary>The long rows that asked for refinement: the right side is summed from the residuals of their segments.</summary>
    public const int LongRowsAgain = 2;

    /// <summary>Rows, summed on tensor cores by the group that solves them.</summary>
    public const int SummedRows = 3;
}
