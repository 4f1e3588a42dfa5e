namespace GpuAls;

/// <summary>The order of UTF-8 for UTF-16 text, which has code points above U+FFFF, as surrogates, before U+E000 .. U+FFFF.</summary>
internal static class CodePoints
{
    private const int AboveAllOthers = 0x10000;

    public static int Compare(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        return same == left.Length || same == right.Length ? left.Length.CompareTo(right.Length) : Place(left[same]).CompareTo(Place(right[same]));
    }

    private static int Place(char unit) => char.IsSurrogate(unit) ? AboveAllOthers + unit : unit;
}
