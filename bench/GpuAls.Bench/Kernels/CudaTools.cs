using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using GpuAls.Kernels;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace GpuAls.Bench.Kernels;

/// <summary>Resource usage of a kernel on an architecture, as reported by ptxas.</summary>
/// <param name="Registers">Registers per thread.</param>
/// <param name="SharedBytes">Static shared memory per group, not including dynamic shared memory.</param>
/// <param name="SpillBytes">Bytes per thread spilled to and reloaded from the stack.</param>
/// <param name="StackBytes">Stack bytes per thread.</param>
public sealed record KernelResources(int Registers, int SharedBytes, int SpillBytes, int StackBytes);

/// <summary>NVIDIA's ptxas and nvdisasm, found on the PATH.</summary>
public static partial class CudaTools
{
    /// <summary>Whether ptxas and nvdisasm are available.</summary>
    public static bool AreThere { get; } = Exists("ptxas") && Exists("nvdisasm");

    /// <summary>Assembles PTX.</summary>
    /// <param name="ptx">The source.</param>
    /// <param name="architecture">The compute capability, such as 80 for 8.0.</param>
    /// <param name="cubin">Path of the machine code to write.</param>
    /// <exception cref="InvalidOperationException">ptxas failed; the message is its output.</exception>
    public static KernelResources Assemble(string ptx, int architecture, string cubin)
    {
        var source = cubin + ".ptx";
        File.WriteAllText(source, ptx);
        var log = Run("ptxas", "-v", $"-arch=sm_{architecture}", source, "-o", cubin);
        var spills = Spills().Match(log);
        return new KernelResources(
            Number(Registers().Match(log), 1),
            Number(Shared().Match(log), 1),
            Number(spills, 2) + Number(spills, 3),
            Number(spills, 1));
    }

    /// <summary>The machine code of a cubin, one instruction per line.</summary>
    public static string Disassemble(string cubin) => Run("nvdisasm", "-c", cubin);

    private static int Number(Match match, int group) =>
        match.Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;

    private static bool Exists(string program)
    {
        try
        {
            Run(program, "--version");
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
        return output + errors.Result;
    }

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Registers();

    [GeneratedRegex(@"(\d+) bytes smem")]
    private static partial Regex Shared();

    [GeneratedRegex(@"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")]
    private static partial Regex Spills();
}

/// <summary>Compiles kernels to PTX as the CUDA engine does, without a GPU.</summary>
public sealed class PtxCompiler : IDisposable
{
    // Kernels do not use libdevice, so the API that would link it is never called.
    private const NvvmAPI NoLibDevice = null!;

    private readonly Context _context;
    private readonly PTXBackend _backend;

    /// <param name="architecture">The compute capability, such as 80 for 8.0.</param>
    public PtxCompiler(int architecture)
    {
        _context = Context.Create(builder => builder.Optimize(OptimizationLevel.O1));
        _backend = new PTXBackend(
            _context, new CudaArchitecture(architecture / 10, architecture % 10), CudaInstructionSet.ISA_78,
            NoLibDevice);
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
