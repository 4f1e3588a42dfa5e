using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What the threads of a group tell each other by way of global memory.</summary>
internal static class GlobalMemory
{
    /// <summary>A barrier after which all of the group see what any of it wrote: a barrier alone promises that for shared memory only.</summary>
    public static void Barrier()
    {
        MemoryFence.GroupLevel();
        Group.Barrier();
    }
}
