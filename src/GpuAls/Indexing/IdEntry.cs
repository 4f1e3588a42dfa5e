namespace GpuAls;

/// <summary>An id of a batch on its way into the table.</summary>
/// <param name="Hash">Of its bytes.</param>
/// <param name="Value">Its index among the values of the batch.</param>
/// <param name="Rows">How many rows have it.</param>
internal readonly record struct IdEntry(uint Hash, int Value, int Rows);
