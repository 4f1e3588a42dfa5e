using GpuAls.Kernels;
using ILGPU.Runtime;

namespace GpuAls;

/// <summary>
/// Compiles kernels while plays are read, since compiling takes seconds. A kernel that is needed before it is ready is
/// waited for; one that fails to compile reports the error when it is needed.
/// </summary>
/// <param name="accelerator">The device.</param>
internal sealed class KernelPreparation(Accelerator accelerator) : IDisposable
{
    private readonly CancellationTokenSource _disposal = new();
    private Task _last = Task.CompletedTask;

    /// <summary>Adds kernels, to be compiled after those added earlier.</summary>
    public void Add(IEnumerable<DeviceKernel> kernels) => _last = _last.ContinueWith(
        _ => Compile(kernels), _disposal.Token, TaskContinuationOptions.LazyCancellation, TaskScheduler.Default);

    /// <summary>Waits for the kernel that is being compiled, and starts no other.</summary>
    public void Dispose()
    {
        _disposal.Cancel();
        Task.WhenAny(_last).Wait();
        _disposal.Dispose();
    }

    private void Compile(IEnumerable<DeviceKernel> kernels)
    {
        using var binding = accelerator.BindScoped();
        foreach (var kernel in kernels)
        {
            if (_disposal.IsCancellationRequested) return;
            kernel.Compile();
        }
    }
}
