using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>Gives back what a driver lent.</summary>
public static class Disposal
{
    /// <summary>
    /// Disposes. A device that has failed refuses to free anything too; that must not take the place of the failure, which what
    /// was launched throws.
    /// </summary>
    public static void Quietly(IDisposable? resource)
    {
        try
        {
            resource?.Dispose();
        }
        catch (AcceleratorException)
        {
            // The memory is lost until the process ends; nobody can do anything about it.
        }
    }
}
