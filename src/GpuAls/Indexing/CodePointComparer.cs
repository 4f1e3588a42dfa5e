namespace GpuAls.Indexing;

/// <summary>
/// Text by Unicode code points, the order of its UTF-8 bytes, so that the order of ids is that of Spark and of any other
/// program that compares bytes. Comparing UTF-16 units would put surrogates before U+E000 .. U+FFFF.
/// </summary>
internal sealed class CodePointComparer : IComparer<string>
{
    public static CodePointComparer Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x;
        ReadOnlySpan<char> right = y;
        var common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length) return left.Length.CompareTo(right.Length);
        return Rank(left[common]).CompareTo(Rank(right[common]));
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
