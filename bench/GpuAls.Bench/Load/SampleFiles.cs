using GpuAls.App;

namespace GpuAls.Bench.Load;

/// <summary>The files to load. DuckDB writes them, so that none is in a format that it reads badly.</summary>
internal static class SampleFiles
{
    /// <summary>
    /// Number of distinct ids per row group up to which DuckDB writes a dictionary. (Spark limits dictionaries to 1
    /// MB.)
    /// </summary>
    private const int DictionaryIds = 1 << 20;

    /// <summary>The file that is written last: if it exists, so do the others.</summary>
    private const string Last = "plays.csv";

    private static readonly (string Name, string File)[] All =
    [
        ("Parquet, dictionaries", "plays.parquet"), ("Parquet, each pair in three rows", "repeated.parquet"),
        ("Parquet, plain pages, many users", "plain.parquet"), ("CSV", Last),
    ];

    /// <summary>Writes the files in a folder if any of them is selected.</summary>
    /// <returns>Name and path of each selected file.</returns>
    public static async Task<(string Name, string Path)[]> MakeAsync(
        LoadPlan plan, string folder, Peer peer, string? only)
    {
        string At(string name) => Path.Combine(folder, name);
        bool IsSelected(string name) => only is null || name.Contains(only, StringComparison.OrdinalIgnoreCase);
        var wanted = All.Where(file => IsSelected(file.Name)).ToArray();
        if (wanted.Length > 0 && !File.Exists(At(Last))) await WriteAsync(plan, At, peer).ConfigureAwait(false);
        return Array.ConvertAll(wanted, file => (file.Name, At(file.File)));
    }

    private static async Task WriteAsync(LoadPlan plan, Func<string, string> at, Peer peer)
    {
        var sample = at("sample.parquet");
        var options = new SampleOptions { Users = plan.Users, Items = plan.Items, Plays = plan.Plays };
        var job = new SampleJobOptions { Sample = options, Output = sample, Overwrite = true };
        await SampleJob.RunAsync(job).ConfigureAwait(false);

        // Real histories are ordered by time, not by user.
        peer.Execute($"CREATE TEMP TABLE plays AS SELECT * FROM read_parquet('{sample}') ORDER BY hash(user, item)");
        var dictionary = $"(FORMAT parquet, ROW_GROUP_SIZE {plan.GroupRows}, DICTIONARY_SIZE_LIMIT {DictionaryIds})";
        peer.Execute($"COPY plays TO '{at("plays.parquet")}' {dictionary}");
        peer.Execute($"""
            COPY (
                SELECT plays.* FROM plays, range(3) r(n)
                WHERE hash(item, user) % 3 = 0 ORDER BY hash(user, item, n))
            TO '{at("repeated.parquet")}' {dictionary}
            """);
        peer.Execute($"""
            COPY (SELECT user || ' #' || hash(item) % 50 AS user, item, plays FROM plays)
            TO '{at("plain.parquet")}' (FORMAT parquet, ROW_GROUP_SIZE {plan.GroupRows}, DICTIONARY_SIZE_LIMIT 1)
            """);
        peer.Execute($"COPY plays TO '{at(Last)}' (HEADER)");
        peer.Execute("DROP TABLE plays");
    }
}
