using GpuAls.Kernels.Launching;
using Spectre.Console;

namespace GpuAls.Bench.Kernels;

/// <summary>Every kernel × architecture: what ptxas gives it.</summary>
public static class StaticReport
{
    /// <summary>Turing, Ampere (A100; A10G and others), Ada, Hopper.</summary>
    public static readonly int[] Architectures = [75, 80, 86, 89, 90];

    /// <summary>Those that a kernel runs on.</summary>
    public static IEnumerable<int> ArchitecturesOf(KernelDefinition kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return Architectures.Where(architecture => architecture >= kernel.MinimumArchitecture);
    }

    internal static void Print()
    {
        if (!CudaTools.AreThere) throw new InvalidOperationException("ptxas and nvdisasm are not on the PATH. They come with NVIDIA's CUDA toolkit.");
        var table = new Table().Border(TableBorder.Markdown);
        foreach (var header in (string[])["kernel", "arch", "registers", "shared (static), bytes", "spills, bytes", "stack, bytes", "SASS instructions", "FFMA of a loop"]) table.AddColumn(header);
        foreach (var row in Rows()) table.AddRow(row);
        AnsiConsole.Profile.Width = 160;
        AnsiConsole.Write(table);
    }

    /// <summary>What the assembler says of a kernel on an architecture.</summary>
    public static KernelResources Resources(KernelDefinition kernel, int architecture) => Assemble(kernel, architecture, _ => 0).Resources;

    /// <summary>The share of FFMA in the kernel's loop that has most of them.</summary>
    public static double FmaShareOfBestLoop(KernelDefinition kernel, int architecture) =>
        Assemble(kernel, architecture, cubin => Sass.FmaShareOfBestLoop(Sass.Parse(CudaTools.Disassemble(cubin)))).Seen;

    private static IEnumerable<string[]> Rows() =>
        from kernel in KernelCatalog.All
        from architecture in ArchitecturesOf(kernel)
        let assembled = Assemble(kernel, architecture, cubin => Sass.Parse(CudaTools.Disassemble(cubin)))
        let resources = assembled.Resources
        select (string[])[kernel.Name, $"sm_{architecture}", $"{resources.Registers}", $"{resources.SharedBytes}", $"{resources.SpillBytes}", $"{resources.StackBytes}", $"{assembled.Seen.Count}", Sass.Percent(Sass.FmaShareOfBestLoop(assembled.Seen))];

    private static (KernelResources Resources, T Seen) Assemble<T>(KernelDefinition kernel, int architecture, Func<string, T> look)
    {
        var folder = Directory.CreateTempSubdirectory("gpuals-static-");
        try
        {
            using var compiler = new PtxCompiler(architecture);
            var cubin = Path.Combine(folder.FullName, "kernel.cubin");
            return (CudaTools.Assemble(compiler.Compile(kernel), architecture, cubin), look(cubin));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
