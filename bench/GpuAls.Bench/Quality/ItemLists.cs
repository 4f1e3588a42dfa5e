namespace GpuAls.Bench.Quality;

/// <summary>Files with a line of items for each user, written again as plays that gpuals reads: user, item.</summary>
internal static class ItemLists
{
    /// <summary>Writes a CSV file of the plays.</summary>
    /// <param name="source">The lists.</param>
    /// <param name="form">What the words of a line are.</param>
    /// <param name="target">The file, which is replaced.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: there is no such file, or a line is not of that form.</exception>
    public static void Convert(string source, LineForm form, string target)
    {
        if (!File.Exists(source)) throw new GpuAlsException(FailureKind.BadInput, $"'{source}' does not exist; expected a file of the data set.");
        using var plays = new StreamWriter(target);
        plays.WriteLine("user,item");
        var line = 0;
        foreach (var text in File.ReadLines(source)) WriteLine(plays, text.Split(' ', StringSplitOptions.RemoveEmptyEntries), form, $"{source}, line {line + 1}", line++);
    }

    private static void WriteLine(StreamWriter plays, string[] words, LineForm form, string place, int line)
    {
        if (words.Length == 0) return;
        if (!words.All(word => int.TryParse(word, out _)) || (form == LineForm.UserIsTheLine && int.Parse(words[0]) != words.Length - 1))
            throw new GpuAlsException(FailureKind.BadInput, $"{place}: expected {(form == LineForm.UserIsFirst ? "a user and items" : "a count and as many items")}, as numbers.");
        var user = form == LineForm.UserIsFirst ? words[0] : $"{line}";
        foreach (var item in words[1..]) plays.WriteLine($"{user},{item}");
    }
}
