using System.Runtime.InteropServices;
using GpuAls.Bench.OnGpu.Workloads;

namespace GpuAls.Bench.OnGpu;

/// <summary>Compares the device with what is expected, and with itself.</summary>
internal static class Verifier
{
    /// <summary>Computes a workload twice on the device and once on the processor.</summary>
    public static CheckResult Check(Workload workload, IAlsEngine device, IAlsEngine host)
    {
        using var loaded = workload.Load(device);
        return Check(workload, loaded, workload, host);
    }

    /// <summary>The same for a workload that the device has loaded already.</summary>
    /// <param name="workload">What is compared.</param>
    /// <param name="loaded">It on the device.</param>
    /// <param name="part">What the host computes: the workload or the start of it.</param>
    /// <param name="host">The host engine.</param>
    public static CheckResult Check(Workload workload, LoadedWorkload loaded, Workload part, IAlsEngine host)
    {
        var (first, second) = (loaded.Compute(), loaded.Compute());
        var error = workload.Error(first, part.Expected(host));
        var isSame = MemoryMarshal.AsBytes(first.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(second.AsSpan()));
        return new CheckResult(workload.Operation, workload.Rank, workload.Shape)
        {
            Passed = isSame && error <= workload.Tolerance,
            LargestError = double.IsFinite(error) ? error : null,
            Tolerance = workload.Tolerance,
            SameBytesAgain = isSame,
        };
    }
}
