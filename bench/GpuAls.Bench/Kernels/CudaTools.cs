using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuAls.Bench.Kernels;

/// <summary>What the assembler says of a kernel on one architecture.</summary>
/// <param name="Registers">Registers of a thread.</param>
/// <param name="SharedBytes">Static shared memory of a group; dynamic memory comes with the launch.</param>
/// <param name="SpillBytes">Bytes that a thread stores to and loads from the stack for want of registers.</param>
/// <param name="StackBytes">Stack of a thread.</param>
public sealed record KernelResources(int Registers, int SharedBytes, int SpillBytes, int StackBytes);

/// <summary>NVIDIA's ptxas and nvdisasm, found on the PATH.</summary>
public static partial class CudaTools
{
    /// <summary>Whether ptxas and nvdisasm are there.</summary>
    public static bool AreThere { get; } = Exists("ptxas") && Exists("nvdisasm");

    /// <summary>Assembles PTX.</summary>
    /// <param name="ptx">The source.</param>
    /// <param name="architecture">The compute capability, as 80 for 8.0.</param>
    /// <param name="cubin">Where the machine code goes.</param>
    /// <exception cref="InvalidOperationException">ptxas refuses; the message is its own.</exception>
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

    /// <summary>The machine code of a cubin, one instruction a line.</summary>
    public static string Disassemble(string cubin) => Run("nvdisasm", "-c", cubin);

    private static int Number(Match match, int group) => match.Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;

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
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
        return output + errors.Result;
    }

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Registers();

    [GeneratedRegex(@"(\d+) bytes smem")]
    private static partial Regex Shared();

    [GeneratedRegex(@"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")]
    private static partial Regex Spills();
}
