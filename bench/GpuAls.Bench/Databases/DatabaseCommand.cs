using System.CommandLine;
using System.Diagnostics;
using GpuAls.App;
using GpuAls.Bench.Load;
using GpuAls.Connectors.Postgres;
using Spectre.Console;

namespace GpuAls.Bench.Databases;

/// <summary>
/// bench databases: loads the same plays from PostgreSQL and from files, and writes lists into a table in every way,
/// next to psql's \copy of the same rows.
/// </summary>
internal static class DatabaseCommand
{
    public static Command Create()
    {
        var url = new Argument<string>("url")
        {
            Description = "a database in which the tables bench_plays and bench_lists may be replaced: postgres://…",
        };
        var quick = new Option<bool>("--quick")
        {
            Description = "few rows, one repetition: checks that everything works; the times are meaningless",
        };
        var command = new Command(
            "databases", "Times reading plays from PostgreSQL and writing lists into it, next to files and psql.")
        {
            url,
            quick,
        };
        command.SetAction(result => new DatabaseRun(
            result.GetValue(url)!,
            result.GetValue(quick) ? LoadPlan.Quick : LoadPlan.Full with { Lists = 100_000 },
            Console.Out, Console.Error).RunAsync());
        return command;
    }
}

/// <summary>Makes the tables and files, verifies that they hold the same, and times them alternately.</summary>
internal sealed class DatabaseRun(string url, LoadPlan plan, TextWriter results, TextWriter progress)
{
    private const string Plays = "bench_plays";
    private const string Lists = "bench_lists";
    private const int K = 10;

    private static readonly InteractionSchema Schema = Loading.Schema;

    public async Task<int> RunAsync()
    {
        GpuAls.Databases.Add(static () => new PostgresDatabase(), "postgres", "postgresql");
        var folder = Directory.CreateTempSubdirectory("gpuals-bench-").FullName;
        try
        {
            using var peer = new Peer();
            await ReadAsync(folder, peer).ConfigureAwait(false);
            await WriteAsync(folder).ConfigureAwait(false);
            return 0;
        }
        catch (GpuAlsException failure)
        {
            await progress.WriteLineAsync($"error: {failure.Message}").ConfigureAwait(false);
            return (int)failure.Kind;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task ReadAsync(string folder, Peer peer)
    {
        var files = await SampleFiles.MakeAsync(plan, folder, peer, only: null).ConfigureAwait(false);
        var csv = files.Single(file => file.Path.EndsWith(".csv", StringComparison.Ordinal)).Path;
        var parquet = files[0].Path;
        Sql($"DROP TABLE IF EXISTS {Plays}",
            $"CREATE TABLE {Plays} ({Schema.UserColumn.Sql()} text, {Schema.ItemColumn.Sql()} text, "
            + $"{Schema.WeightColumn!.Sql()} integer)",
            $"\\copy {Plays} FROM '{csv}' (FORMAT csv, HEADER)", $"VACUUM ANALYZE {Plays}");
        (string Name, Func<Task<InteractionMatrix>> Load)[] ways =
        [
            ("PostgreSQL", () => LoadAsync(GpuAls.Databases.Plays([With(Plays)], Schema)!)),
            ("CSV", () => Loading.LoadAsync(csv)),
            ("Parquet", () => Loading.LoadAsync(parquet)),
        ];
        var expected = await ways[1].Load().ConfigureAwait(false);
        var found = await ways[0].Load().ConfigureAwait(false);
        if (!found.ByUser.Indices.SequenceEqual(expected.ByUser.Indices)
            || !found.ByUser.Values.SequenceEqual(expected.ByUser.Values))
            throw new GpuAlsException(FailureKind.Internal, "the table and the file give other plays");
        var copied = Path.Combine(folder, "plays.bin");
        var seconds = await TimesAsync(
        [
            .. ways.Select(way => (way.Name, (Func<Task>)way.Load)),
            ("psql \\copy TO, binary", () => Task.Run(() => Sql($"\\copy {Plays} TO '{copied}' (FORMAT binary)"))),
        ]).ConfigureAwait(false);
        Print(seconds, "plays", plan.Plays, "Reading: indexed and in both CSR matrices; psql writes a file.");
    }

    private async Task WriteAsync(string folder)
    {
        using var engine = new HostEngine();
        var model = ListModel.Create(plan.Lists, plan.Items);
        using var recommender = new Recommender(model, engine);
        var batches = recommender.Recommend(Recommender.UsersWithPlays(model), K, includePlayed: false).ToArray();
        var rows = batches.Sum(batch => (long)batch.RowCount);
        var (csv, binary) = (Path.Combine(folder, "lists.csv"), Path.Combine(folder, "lists.bin"));
        Sql($"DROP TABLE IF EXISTS {Lists}, bench_copy");
        await WriteAsync(csv, WriteMode.Replace, model, batches).ConfigureAwait(false);
        await WriteAsync(With(Lists), WriteMode.Replace, model, batches).ConfigureAwait(false);
        Sql($"\\copy {Lists} TO '{binary}' (FORMAT binary)");
        if (Number($"SELECT count(*) FROM {Lists}") != rows)
            throw new GpuAlsException(FailureKind.Internal, $"the table does not have {rows:N0} rows");
        Task Write(string before, WriteMode mode) => Task.Run(async () =>
        {
            if (before.Length > 0) Sql(before);
            await WriteAsync(With(Lists), mode, model, batches).ConfigureAwait(false);
        });
        const string view = "CREATE OR REPLACE VIEW bench_tops AS SELECT * FROM " + Lists;
        const string copyTable = "DROP TABLE IF EXISTS bench_copy; CREATE TABLE bench_copy (\"user\" text NOT NULL, "
            + "item text NOT NULL, rank integer NOT NULL, score real NOT NULL)";
        const string copyKey = "ALTER TABLE bench_copy ADD PRIMARY KEY (\"user\", rank)";
        var seconds = await TimesAsync(
        [
            ("a new table", () => Write($"DROP TABLE IF EXISTS {Lists} CASCADE", WriteMode.Replace)),
            ("replace, by a new table", () => Write("", WriteMode.Replace)),
            ("upsert of all lists", () => Write("", WriteMode.Upsert)),
            ("replace, in place because of a view", () => Write(view, WriteMode.Replace)),
            ("psql \\copy FROM, binary, then the key",
                () => Task.Run(() => Sql(copyTable, $"\\copy bench_copy FROM '{binary}' (FORMAT binary)", copyKey))),
            ("psql \\copy FROM, CSV, then the key",
                () => Task.Run(() => Sql(copyTable, $"\\copy bench_copy FROM '{csv}' (FORMAT csv, HEADER)", copyKey))),
            ("a CSV file", () => WriteAsync(csv, WriteMode.Replace, model, batches)),
        ]).ConfigureAwait(false);
        Print(seconds, "rows", rows, "Writing lists that are in memory; the key is (user, rank).");
        Sql($"DROP TABLE {Lists} CASCADE", $"DROP TABLE {Plays}, bench_copy");
    }

    private static async Task<InteractionMatrix> LoadAsync(IInteractionSource source) =>
        CsrBuilder.Build(await InteractionLoader.LoadAsync(source, null, default).ConfigureAwait(false));

    private static async Task WriteAsync(
        string location, WriteMode mode, FactorModel model, RecommendationBatch[] batches)
    {
        var outputs = new JobOutputs(overwrite: true);
        await using var owned = outputs.ConfigureAwait(false);
        var lists = await outputs.OpenListsAsync(location, new TableOptions { Mode = mode }, ListShape.Flat, default)
            .ConfigureAwait(false);
        await lists.WriteAsync(model, batches).ConfigureAwait(false);
        await outputs.CommitAsync(default).ConfigureAwait(false);
    }

    private async Task<IEnumerable<(string Name, double Seconds)>> TimesAsync((string Name, Func<Task> Run)[] ways)
    {
        var times = ways.ToDictionary(way => way.Name, _ => new List<double>());
        for (var repetition = 0; repetition < plan.Repetitions; repetition++)
            foreach (var (name, run) in ways)
            {
                times[name].Add(await Clock.SecondsAsync(run).ConfigureAwait(false));
                await progress.WriteLineAsync(ResultTable.Text($"{name}: {times[name][^1]:F3} s"))
                    .ConfigureAwait(false);
            }

        return ways.Select(way => (way.Name, times[way.Name].Order().ElementAt(plan.Repetitions / 2)));
    }

    private void Print(IEnumerable<(string Name, double Seconds)> times, string what, long rows, string text)
    {
        var table = ResultTable.Create(["what"], [what, "seconds", $"M {what}/s"]);
        foreach (var (name, seconds) in times)
            table.AddRow(
                name, ResultTable.Text($"{rows:N0}"), ResultTable.Text($"{seconds:F2}"),
                ResultTable.Text($"{rows / seconds / 1e6:F2}"));
        ResultTable.Print(
            table, results, Machine.Line, ResultTable.Text($"{text} Median of {plan.Repetitions} alternating runs."));
    }

    private string With(string table) => DatabaseUrl.With(url, DatabaseUrl.Table, table);

    private void Sql(params string[] commands) => Psql(commands);

    private long Number(string query) =>
        long.Parse(Psql("-At", query), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Runs commands of psql, the last of which may be a query.</summary>
    private string Psql(params string[] commands)
    {
        var start = new ProcessStartInfo("psql") { RedirectStandardOutput = true };
        foreach (var word in new[] { "-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", url }) start.ArgumentList.Add(word);
        foreach (var command in commands)
        {
            if (!command.StartsWith('-')) start.ArgumentList.Add("-c");
            start.ArgumentList.Add(command);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new GpuAlsException(FailureKind.Output, $"psql failed: {string.Join("; ", commands)}");
    }
}

/// <summary>Names in SQL.</summary>
internal static class SqlNames
{
    /// <summary>A name in quotes.</summary>
    public static string Sql(this string name) => PostgresTable.Quote(name);
}
