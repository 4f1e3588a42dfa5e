namespace GpuAls;

/// <summary>A device, or the reason why a kind has none.</summary>
/// <param name="Id">What <c>--device</c> takes, such as <c>cuda:0</c>.</param>
/// <param name="Name">As the driver names it.</param>
/// <param name="MemoryBytes">Its memory; null where there is no device.</param>
/// <param name="IsUsable">Whether gpuals can compute on it.</param>
/// <param name="IsGpu">Whether it is a GPU.</param>
/// <param name="Note">Why it cannot be used, or what to know of it.</param>
public sealed record DeviceInfo(string Id, string Name, long? MemoryBytes, bool IsUsable, bool IsGpu, string Note);
