using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Communication between the threads of a group through global memory.</summary>
internal static class GlobalMemory
{
    /// <summary>
    /// A barrier after which every thread of the group sees what any of them wrote. A plain barrier guarantees that for
    /// shared memory only.
    /// </summary>
    public static void Barrier()
    {
        MemoryFence.GroupLevel();
        Group.Barrier();
    }
}
