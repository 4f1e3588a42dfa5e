using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuAls.Bench.Kernels;

/// <summary>An instruction of the machine code.</summary>
/// <param name="Text">The instruction with its operands.</param>
/// <param name="Target">Of a branch the place where it leads among the instructions; -1 of others.</param>
public sealed record SassInstruction(string Text, int Target)
{
    /// <summary>The operation, without a predicate, as FFMA.</summary>
    public string Operation { get; } = Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).First(word => !word.StartsWith('@')).Split('.')[0];
}

/// <summary>Reads what nvdisasm prints.</summary>
public static partial class Sass
{
    private const string Fma = "FFMA";
    private const int FmasOfALoop = 128;

    /// <summary>The instructions, in their order.</summary>
    public static IReadOnlyList<SassInstruction> Parse(string disassembly)
    {
        var texts = new List<string>();
        var labels = new Dictionary<string, int>();
        foreach (Match match in Line().Matches(disassembly))
        {
            if (match.Groups["label"].Success) labels[match.Groups["label"].Value] = texts.Count;
            else texts.Add(match.Groups["text"].Value.Trim());
        }

        return [.. texts.Select(text => new SassInstruction(text, labels.GetValueOrDefault(Branch().Match(text).Groups["label"].Value, -1)))];
    }

    /// <summary>The share of FFMA in the loop that has most of them for its length; 0 where no loop has many.</summary>
    public static double FmaShareOfBestLoop(IReadOnlyList<SassInstruction> code)
    {
        var best = 0.0;
        for (var end = 0; end < code.Count; end++)
        {
            var start = code[end].Target;
            if (start < 0 || start > end) continue;
            var fmas = Enumerable.Range(start, end - start + 1).Count(place => code[place].Operation == Fma);
            if (fmas >= FmasOfALoop) best = Math.Max(best, fmas / (double)(end - start + 1));
        }

        return best;
    }

    /// <summary>A share as tables have it.</summary>
    internal static string Percent(double share) => share == 0 ? "" : share.ToString("P1", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<label>\.L\w+):|^\s*/\*[0-9a-f]{4,}\*/\s+(?<text>[^;]+);", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"\bBRA\b.*(?<label>\.L\w+)")]
    private static partial Regex Branch();
}
