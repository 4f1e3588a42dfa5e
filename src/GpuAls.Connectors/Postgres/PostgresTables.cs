using Npgsql;

namespace GpuAls.Connectors.Postgres;

/// <summary>
/// Lists and factors on their way into tables, in one transaction: others see the old rows until the commit, then the
/// new ones. It begins when the first rows come, so that no connection is held during a training.
/// </summary>
internal sealed class PostgresTables : ITables
{
    private readonly PostgresLocation _location;
    private readonly IReadOnlyList<PostgresTarget> _targets;
    private readonly List<PostgresWriter> _writers = [];
    private PostgresSession? _session;

    private PostgresTables(PostgresLocation location, IReadOnlyList<PostgresTarget> targets) =>
        (_location, _targets) = (location, targets);

    /// <inheritdoc/>
    public string Name => $"{_location.Name}, table {_targets[0].Table.Name}";

    /// <summary>Looks the tables up, and whether they can be written.</summary>
    public static async ValueTask<ITables> OpenAsync(
        string url, TableOptions options, CancellationToken cancellation)
    {
        var location = PostgresLocation.Parse(url);
        var named = TableSpec.Asked(location.Name, location.Table, location.Query, options)
            .Select(asked => (asked.Spec, asked.Mode, Table: PostgresTable.Parse(asked.Table))).ToArray();
        var session = await PostgresSession.OpenAsync(location, FailureKind.Output, cancellation)
            .ConfigureAwait(false);
        await using var owned = session.ConfigureAwait(false);
        await CheckServerAsync(session, location, options.Mode, cancellation).ConfigureAwait(false);
        var targets = new List<PostgresTarget>();
        foreach (var (spec, mode, table) in named)
            targets.Add(await PostgresTarget.FindAsync(session, location, spec, mode, table, cancellation)
                .ConfigureAwait(false));
        var twice = targets.GroupBy(target => target.Table.Sql).FirstOrDefault(group => group.Count() > 1);
        Require.Usage(twice is null, $"table {twice?.First().Table.Name} is named twice. Name another table.");
        return new PostgresTables(location, targets);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(
        FactorModel model, IEnumerable<RecommendationBatch> lists, CancellationToken cancellation = default)
    {
        _session = await PostgresSession.OpenAsync(_location, FailureKind.Output, cancellation).ConfigureAwait(false);
        await _session.RunAsync(
            "begin a transaction", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", cancellation)
            .ConfigureAwait(false);
        foreach (var target in _targets)
        {
            // Anything may have happened to the table during a training.
            var found = await PostgresTarget.FindAsync(
                _session, _location, target.Spec, target.Mode, target.Table, cancellation).ConfigureAwait(false);
            var writer = await PostgresWriter.OpenAsync(_session, found.For(model), model, cancellation)
                .ConfigureAwait(false);
            _writers.Add(writer);
            await writer.WriteAsync(model, lists, cancellation).ConfigureAwait(false);
        }

        await _session.RunAsync("check the constraints", "SET CONSTRAINTS ALL IMMEDIATE", cancellation)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellation) =>
        _session!.RunAsync("commit", "SELECT 1", cancellation);

    /// <inheritdoc/>
    public async ValueTask<string?> CommitAsync(CancellationToken cancellation)
    {
        foreach (var writer in _writers) await writer.FinishAsync().ConfigureAwait(false);
        var ids = await _session!.RowsAsync("commit", "SELECT txid_current()::text", default).ConfigureAwait(false);
        try
        {
            await _session.RunAsync("commit", "COMMIT", default).ConfigureAwait(false);
        }
        catch (GpuAlsException failure) when (failure.InnerException is not PostgresException)
        {
            // The answer was lost, not necessarily the commit.
            if (!await IsCommittedAsync(ids[0][0]!).ConfigureAwait(false)) throw;
        }

        return null;
    }

    /// <summary>What is not committed is rolled back by the server when the connection ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_session is null) return;
        await _session.DisposeAsync().ConfigureAwait(false);
        _session = null;
    }

    private static async Task CheckServerAsync(
        PostgresSession session, PostgresLocation location, WriteMode mode, CancellationToken cancellation)
    {
        var server = (await session.RowsAsync(
            "look up the server",
            "SELECT (pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on')::text, "
            + "has_database_privilege(current_database(), 'TEMPORARY')::text", cancellation).ConfigureAwait(false))[0];
        if (server[0] == "true")
            throw new GpuAlsException(
                FailureKind.Output,
                $"{location.Name}: the server or the session is read-only. Connect to the primary server.");
        if (server[1] != "true" && mode != WriteMode.Append)
            throw new GpuAlsException(
                FailureKind.Output,
                $"{location.Name}: '{location.User}' may not create temporary tables, through which rows are replaced. "
                + "Grant TEMPORARY on the database.");
    }

    private async Task<bool> IsCommittedAsync(string id)
    {
        var session = await PostgresSession.OpenAsync(_location, FailureKind.Output, default).ConfigureAwait(false);
        await using var owned = session.ConfigureAwait(false);
        for (var left = 50; left > 0; left--)
        {
            var status = await session.RowsAsync("look up the commit", "SELECT txid_status($1::bigint)", default, id)
                .ConfigureAwait(false);
            if (status[0][0] != "in progress") return status[0][0] == "committed";
            await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
        }

        return false;
    }
}

/// <summary>Fills one table within the transaction.</summary>
internal sealed class PostgresWriter
{
    private const string LockTimeout =
        "SELECT set_config('lock_timeout', '60s', true) WHERE current_setting('lock_timeout') = '0'";

    private readonly PostgresSession _session;
    private readonly PostgresTarget _target;
    private readonly PostgresSwap? _swap;
    private readonly string? _staging;
    private readonly string _what;

    private PostgresWriter(PostgresSession session, PostgresTarget target, PostgresSwap? swap, string? staging) =>
        (_session, _target, _swap, _staging, _what) = (session, target, swap, staging, target.Doing("write to"));

    /// <summary>The table that takes the rows.</summary>
    private string Filled => _swap?.New.Sql ?? _staging ?? _target.Table.Sql;

    /// <summary>Makes the table, or one that its rows come from later.</summary>
    public static async Task<PostgresWriter> OpenAsync(
        PostgresSession session, PostgresTarget target, FactorModel model, CancellationToken cancellation)
    {
        var what = target.Doing("write to");
        if (target.Oid is null)
        {
            await session.RunAsync(what, target.Create(model), cancellation).ConfigureAwait(false);
            return new PostgresWriter(session, target, null, null);
        }

        if (target.Mode == WriteMode.Append) return new PostgresWriter(session, target, null, null);
        // Keeps other runs and changes of the table away, and neither readers nor writers.
        await session.RunAsync(
            what, $"{LockTimeout}; LOCK TABLE {target.Table.Sql} IN SHARE UPDATE EXCLUSIVE MODE", cancellation)
            .ConfigureAwait(false);
        if (target.Mode == WriteMode.Replace
            && await PostgresSwap.BeginAsync(session, target, cancellation).ConfigureAwait(false) is { } swap)
            return new PostgresWriter(session, target, swap, null);
        var staging = $"pg_temp.gpuals_{target.Oid}";
        await session.RunAsync(
            what,
            $"CREATE TEMP TABLE {staging} ON COMMIT DROP AS "
            + $"SELECT {target.ColumnList} FROM {target.Table.Sql} WITH NO DATA", cancellation).ConfigureAwait(false);
        return new PostgresWriter(session, target, null, staging);
    }

    /// <summary>Sends the rows, and does all that does not keep others waiting.</summary>
    public async Task WriteAsync(
        FactorModel model, IEnumerable<RecommendationBatch> lists, CancellationToken cancellation)
    {
        await CopyAsync(model, lists, cancellation).ConfigureAwait(false);
        if (_target.Oid is null) await RunAsync(_target.AddKey(), cancellation).ConfigureAwait(false);
        else if (_swap is not null) await _swap.CompleteAsync(cancellation).ConfigureAwait(false);
        else if (_staging is not null) await MoveAsync(_staging, cancellation).ConfigureAwait(false);
    }

    /// <summary>Shows the rows, as far as the commit does not.</summary>
    public async Task FinishAsync()
    {
        if (_swap is null || await _swap.TryFinishAsync().ConfigureAwait(false)) return;
        await MoveAsync(_swap.New.Sql, default).ConfigureAwait(false);
        await RunAsync($"DROP TABLE {_swap.New.Sql}", default).ConfigureAwait(false);
    }

    /// <summary>
    /// Rows of a table that was just made are frozen, so that they are seen by transactions too that began before.
    /// </summary>
    private async Task CopyAsync(
        FactorModel model, IEnumerable<RecommendationBatch> lists, CancellationToken cancellation)
    {
        var isNew = _target.Oid is null || _swap is not null;
        var copy = $"COPY {Filled} ({_target.ColumnList}) FROM STDIN (FORMAT BINARY{(isNew ? ", FREEZE" : "")})";
        WriteField Ids(IdIndex ids, ColumnRole role) =>
            PostgresFields.OfIds(ids, _target.Types[role], _target.Named(role));
        var (isOfUsers, isOfItems) = (
            _target.Spec.Columns.Contains(ColumnRole.User), _target.Spec.Columns.Contains(ColumnRole.Item));
        var users = isOfUsers ? Ids(model.Users, ColumnRole.User) : null;
        var items = isOfItems ? Ids(model.Items, ColumnRole.Item) : null;
        var raw = await _session.Errors.GuardAsync(
            _what, () => _session.Connection.BeginRawBinaryCopyAsync(copy, cancellation)).ConfigureAwait(false);
        var stream = new CopyInStream(raw, _session.Errors, _what);
        await using var owned = stream.ConfigureAwait(false);
        if (_target.Spec != TableSpec.Lists)
        {
            var factors = isOfUsers ? model.UserFactors : model.ItemFactors;
            await PostgresFactors.WriteAsync(stream, (users ?? items)!, factors, cancellation)
                .ConfigureAwait(false);
            return;
        }

        var encoder = new PostgresListEncoder(
            users!, items!, _target.Types[ColumnRole.Rank], _target.Types[ColumnRole.Score]);
        await RecommendationWriter.WriteAsync(new EncodedListSink(encoder, stream), lists, cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>Replaces the old rows by those of another table. Readers see the old ones until the commit.</summary>
    private async Task MoveAsync(string from, CancellationToken cancellation)
    {
        var (table, columns) = (_target.Table.Sql, _target.ColumnList);
        var which = _target.Mode == WriteMode.Upsert
            ? $" AS old USING (SELECT DISTINCT \"user\" FROM {from}) AS given WHERE old.\"user\" = given.\"user\""
            : "";
        await RunAsync(
            $"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE; ANALYZE {from}; DELETE FROM {table}{which}; "
            + $"INSERT INTO {table} ({columns}) SELECT {columns} FROM {from}", cancellation).ConfigureAwait(false);
    }

    private Task<int> RunAsync(string sql, CancellationToken cancellation) =>
        _session.RunAsync(_what, sql, cancellation);
}
