using GpuAls.Sampling;

namespace GpuAls.Bench.Load;

/// <summary>The files that are loaded. DuckDB writes them, so that none is in a form that it reads badly.</summary>
internal static class SampleFiles
{
    /// <summary>Distinct ids of a row group up to which DuckDB writes a dictionary; Spark's bound is a dictionary of 1 MB.</summary>
    private const int DictionaryIds = 1 << 20;

    /// <summary>The file that is written last: where it is, so are the others.</summary>
    private const string Last = "plays.csv";

    /// <summary>Makes the files in a folder.</summary>
    /// <returns>What each is, and its path.</returns>
    public static async Task<(string Name, string Path)[]> MakeAsync(LoadPlan plan, string folder, Peer peer)
    {
        string At(string name) => Path.Combine(folder, name);
        if (!File.Exists(At(Last))) await WriteAsync(plan, At, peer).ConfigureAwait(false);
        return
        [
            ("Parquet, dictionaries", At("plays.parquet")), ("Parquet, each pair in three rows", At("repeated.parquet")),
            ("Parquet, plain pages, many users", At("plain.parquet")), ("CSV", At(Last)),
        ];
    }

    private static async Task WriteAsync(LoadPlan plan, Func<string, string> at, Peer peer)
    {
        var sample = at("sample.parquet");
        var options = new SampleOptions { Users = plan.Users, Items = plan.Items, Plays = plan.Plays };
        await SampleWriter.WriteAsync(new SamplePlays(options), sample, overwrite: true).ConfigureAwait(false);

        // A history comes in the order of time, not by user.
        peer.Execute($"CREATE TEMP TABLE plays AS SELECT * FROM read_parquet('{sample}') ORDER BY hash(user, item)");
        var dictionary = $"(FORMAT parquet, ROW_GROUP_SIZE {plan.GroupRows}, DICTIONARY_SIZE_LIMIT {DictionaryIds})";
        peer.Execute($"COPY plays TO '{at("plays.parquet")}' {dictionary}");
        peer.Execute($"COPY (SELECT plays.* FROM plays, range(3) r(n) WHERE hash(item, user) % 3 = 0 ORDER BY hash(user, item, n)) TO '{at("repeated.parquet")}' {dictionary}");
        peer.Execute($"""
            COPY (SELECT user || ' #' || hash(item) % 50 AS user, item, plays FROM plays)
            TO '{at("plain.parquet")}' (FORMAT parquet, ROW_GROUP_SIZE {plan.GroupRows}, DICTIONARY_SIZE_LIMIT 1)
            """);
        peer.Execute($"COPY plays TO '{at(Last)}' (HEADER)");
        peer.Execute("DROP TABLE plays");
    }
}
