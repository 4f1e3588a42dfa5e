namespace GpuAls;

/// <summary>One side of the matrix.</summary>
public enum Side
{
    /// <summary>The rows: who plays.</summary>
    Users,

    /// <summary>The columns: what is played.</summary>
    Items,
}
