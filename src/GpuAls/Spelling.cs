namespace GpuAls;

/// <summary>What is likely meant by a mistyped name.</summary>
internal static class Spelling
{
    private const int MostEdits = 2;

    /// <summary>
    /// A question, after a space, with the name that begins like the typed one or differs little from it; else nothing.
    /// </summary>
    public static string Suggestion(string typed, IEnumerable<string> names)
    {
        var nearest = names.Select(name => (Name: name, Edits: Edits(typed, name)))
            .Where(known => known.Edits <= Math.Min(MostEdits, typed.Length / 3))
            .OrderBy(known => known.Edits).FirstOrDefault().Name
            ?? names.FirstOrDefault(name => typed.Length > 3 && name.StartsWith(typed, StringComparison.Ordinal));
        return nearest is null ? "" : $" Did you mean {nearest}?";
    }

    /// <summary>Number of characters to insert, delete, replace or swap with the next one.</summary>
    private static int Edits(string a, string b)
    {
        var edits = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    edits[i, j] = i + j;
                    continue;
                }

                edits[i, j] = Math.Min(
                    Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1,
                    edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        }

        return edits[a.Length, b.Length];
    }
}
