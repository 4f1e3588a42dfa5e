using System.Text.RegularExpressions;

namespace GpuAls.Bench.Kernels;

/// <summary>An instruction of the machine code.</summary>
/// <param name="Address">Its address, in bytes.</param>
/// <param name="Text">The instruction with its operands.</param>
public sealed record SassInstruction(int Address, string Text)
{
    /// <summary>The operation, without a predicate, as FFMA.</summary>
    public string Operation { get; } = Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).First(word => !word.StartsWith('@')).Split('.')[0];
}

/// <summary>Reads what nvdisasm prints.</summary>
public static partial class Sass
{
    /// <summary>The instructions, in the order of their addresses; labels and data are left out.</summary>
    public static IReadOnlyList<SassInstruction> Parse(string disassembly) =>
        [.. Line().Matches(disassembly).Select(match => new SassInstruction(Convert.ToInt32(match.Groups[1].Value, 16), match.Groups[2].Value.Trim()))];

    [GeneratedRegex(@"^\s*/\*([0-9a-f]{4,})\*/\s+([^;]+);", RegexOptions.Multiline)]
    private static partial Regex Line();
}
