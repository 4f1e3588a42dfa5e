namespace GpuAls;

/// <summary>Plays do not fit the memory that is left, and go through it in blocks of rows.</summary>
/// <param name="Rows">Rows of the plays: users, or items.</param>
/// <param name="Blocks">How many blocks.</param>
/// <param name="PlaysBytes">Bytes of the plays.</param>
/// <param name="LeftBytes">Bytes that are left for them.</param>
public sealed record PlaysStreamed(int Rows, int Blocks, long PlaysBytes, long LeftBytes);
