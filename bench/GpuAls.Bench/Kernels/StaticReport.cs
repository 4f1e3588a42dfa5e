using System.Globalization;
using System.Text.RegularExpressions;
using GpuAls.Kernels;
using Spectre.Console;

namespace GpuAls.Bench.Kernels;

/// <summary>Resource usage of every kernel on every architecture, from ptxas.</summary>
public static class StaticReport
{
    /// <summary>Turing, Ampere (A100; A10G and others), Ada, Hopper.</summary>
    public static readonly int[] Architectures = [75, 80, 86, 89, 90];

    /// <summary>The architectures that a kernel runs on.</summary>
    public static IEnumerable<int> ArchitecturesOf(KernelDefinition kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return Architectures.Where(architecture => architecture >= kernel.MinimumArchitecture);
    }

    internal static void Print()
    {
        if (!CudaTools.AreThere)
            throw new InvalidOperationException(
                "ptxas and nvdisasm are not on the PATH. They come with NVIDIA's CUDA toolkit.");
        var table = new Table().Border(TableBorder.Markdown);
        table.AddColumns(
            "kernel", "arch", "registers", "shared (static), bytes", "spills, bytes", "stack, bytes",
            "SASS instructions", "FFMA in the best loop");
        foreach (var row in Rows()) table.AddRow(row);
        AnsiConsole.Profile.Width = 160;
        AnsiConsole.Write(table);
    }

    /// <summary>Resource usage of a kernel on an architecture.</summary>
    public static KernelResources Resources(KernelDefinition kernel, int architecture) =>
        Assemble(kernel, architecture, _ => 0).Resources;

    /// <summary>The share of FFMA instructions in the kernel's best loop.</summary>
    public static double FmaShareOfBestLoop(KernelDefinition kernel, int architecture) =>
        Assemble(kernel, architecture, cubin => Sass.FmaShareOfBestLoop(Sass.Parse(CudaTools.Disassemble(cubin)))).Seen;

    private static IEnumerable<string[]> Rows() =>
        from kernel in KernelCatalog.All
        from architecture in ArchitecturesOf(kernel)
        let assembled = Assemble(kernel, architecture, cubin => Sass.Parse(CudaTools.Disassemble(cubin)))
        let resources = assembled.Resources
        select (string[])[
            kernel.Name, $"sm_{architecture}", $"{resources.Registers}", $"{resources.SharedBytes}",
            $"{resources.SpillBytes}", $"{resources.StackBytes}", $"{assembled.Seen.Count}",
            Sass.Percent(Sass.FmaShareOfBestLoop(assembled.Seen)),
        ];

    private static (KernelResources Resources, T Seen) Assemble<T>(
        KernelDefinition kernel, int architecture, Func<string, T> look)
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

/// <summary>A machine instruction.</summary>
/// <param name="Text">The instruction with its operands.</param>
/// <param name="Target">Index of the instruction that a branch jumps to; -1 for other instructions.</param>
public sealed record SassInstruction(string Text, int Target)
{
    /// <summary>The operation without predicate and modifiers, such as FFMA.</summary>
    public string Operation { get; } = Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).First(word =>
        !word.StartsWith('@')).Split('.')[0];
}

/// <summary>Parses the output of nvdisasm.</summary>
public static partial class Sass
{
    private const string Fma = "FFMA";
    private const int FmasOfALoop = 128;

    /// <summary>The instructions in order.</summary>
    public static IReadOnlyList<SassInstruction> Parse(string disassembly)
    {
        var texts = new List<string>();
        var labels = new Dictionary<string, int>();
        foreach (Match match in Line().Matches(disassembly))
        {
            if (match.Groups["label"].Success) labels[match.Groups["label"].Value] = texts.Count;
            else texts.Add(match.Groups["text"].Value.Trim());
        }

        return [.. texts.Select(text => new SassInstruction(text, labels.GetValueOrDefault(Label(text), -1)))];

        string Label(string text) => Branch().Match(text).Groups["label"].Value;
    }

    /// <summary>The share of FFMA instructions in the loop with the highest share; 0 if no loop has many.</summary>
    public static double FmaShareOfBestLoop(IReadOnlyList<SassInstruction> code)
    {
        var best = 0.0;
        for (var end = 0; end < code.Count; end++)
        {
            var start = code[end].Target;
            if (start < 0 || start > end) continue;
            var fmas = Enumerable.Range(start, end - start + 1).Count(index => code[index].Operation == Fma);
            if (fmas >= FmasOfALoop) best = Math.Max(best, fmas / (double)(end - start + 1));
        }

        return best;
    }

    /// <summary>Formats a share for tables.</summary>
    internal static string Percent(double share) =>
        share == 0 ? "" : share.ToString("P1", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<label>\.L\w+):|^\s*/\*[0-9a-f]{4,}\*/\s+(?<text>[^;]+);", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"\bBRA\b.*(?<label>\.L\w+)")]
    private static partial Regex Branch();
}
