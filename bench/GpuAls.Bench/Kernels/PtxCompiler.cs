using GpuAls.Kernels.Launching;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace GpuAls.Bench.Kernels;

/// <summary>Compiles kernels to PTX as the CUDA engine does, with no GPU present.</summary>
public sealed class PtxCompiler : IDisposable
{
    // Kernels call nothing of libdevice, so the API that would link it is never used.
    private const NvvmAPI NoLibDevice = null!;

    private readonly Context _context;
    private readonly PTXBackend _backend;

    /// <param name="architecture">The compute capability, as 80 for 8.0.</param>
    public PtxCompiler(int architecture)
    {
        _context = Context.Create(builder => builder.Optimize(OptimizationLevel.O1));
        _backend = new PTXBackend(_context, new CudaArchitecture(architecture / 10, architecture % 10), CudaInstructionSet.ISA_78, NoLibDevice);
    }

    /// <summary>The PTX of a kernel.</summary>
    public string Compile(KernelDefinition kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return ((PTXCompiledKernel)_backend.Compile(kernel.EntryPoint, kernel.Specialization)).PTXAssembly;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _backend.Dispose();
        _context.Dispose();
    }
}
