using System.Globalization;
using Npgsql;

namespace GpuAls.Connectors.Postgres;

/// <summary>
/// Replaces a table by a new one. The new one has the columns, indexes, grants and comments of the old;
/// tables that have more than that, such as views or triggers, are not swapped.
/// </summary>
internal sealed class PostgresSwap
{
    private const int LongestName = 63;
    private const int Attempts = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether a table has nothing that a new one would lack. "d" are the objects that depend on it.</summary>
    private const string CanSwap =
        """
        SELECT (c.relkind = 'r' AND NOT c.relispartition AND c.relpersistence = 'p' AND c.relowner = r.oid
          AND has_schema_privilege(c.relnamespace, 'CREATE')
          AND NOT (c.relhastriggers OR c.relhasrules OR c.relrowsecurity OR c.relforcerowsecurity)
          AND c.relreplident = 'd' AND c.reltablespace = 0 AND c.reloftype = 0
          AND c.relam = (SELECT oid FROM pg_am WHERE amname = current_setting('default_table_access_method'))
          AND NOT EXISTS (SELECT FROM pg_inherits WHERE c.oid IN (inhrelid, inhparent))
          AND NOT EXISTS (SELECT FROM pg_publication_rel WHERE prrelid = c.oid)
          AND NOT EXISTS (SELECT FROM pg_publication WHERE puballtables)
          AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)
          AND NOT EXISTS (SELECT FROM pg_statistic_ext WHERE stxrelid = c.oid)
          AND NOT EXISTS (SELECT FROM pg_seclabel WHERE objoid = c.oid AND classoid = 'pg_class'::regclass)
          AND NOT EXISTS (SELECT FROM pg_class t WHERE t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL)
          AND NOT EXISTS (SELECT FROM aclexplode(c.relacl) WHERE grantor <> c.relowner)
          AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
            AND (attacl IS NOT NULL OR attoptions IS NOT NULL OR attidentity <> '' OR COALESCE(attstattarget, -1) >= 0))
          AND NOT EXISTS (SELECT FROM pg_index
            WHERE indrelid = c.oid AND (indisclustered OR indisreplident OR NOT indisvalid))
          AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid
            AND deptype IN ('e', 'x'))
          AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE (d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
                OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (c.reltype, y.typarray))
              AND NOT (d.classid = 'pg_attrdef'::regclass
                OR d.classid = 'pg_type'::regclass AND d.objid IN (c.reltype, y.typarray)
                OR d.classid = 'pg_constraint'::regclass
                  AND d.objid IN (SELECT oid FROM pg_constraint WHERE conrelid = c.oid)
                OR d.classid = 'pg_class'::regclass AND (d.objid = c.reltoastrelid
                  OR d.objid IN (SELECT indexrelid FROM pg_index WHERE indrelid = c.oid)))))::text
        FROM pg_class c JOIN pg_roles r ON r.rolname = current_user JOIN pg_type y ON y.oid = c.reltype
        WHERE c.oid = $1::oid
        """;

    private const string Create =
        """
        SELECT format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING ALL EXCLUDING INDEXES)%s', n.nspname, $2,
          n.nspname, c.relname, CASE WHEN c.reloptions IS NOT NULL
            THEN ' WITH (' || array_to_string(c.reloptions, ', ') || ')' ELSE '' END)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::oid
        """;

    /// <summary>
    /// What makes the new table the equal of the old: indexes and keys under names of their own, comments, grants.
    /// </summary>
    private const string Complete =
        """
        WITH old AS (SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.oid = $1::oid),
        parts AS (SELECT i.*, x.relname AS name, k.oid AS constraint_oid, pg_get_constraintdef(k.oid) AS key,
            row_number() OVER (ORDER BY i.indexrelid) AS number
          FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
          LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
            AND k.contype IN ('p', 'u', 'x')
          WHERE i.indrelid = $1::oid)
        SELECT sql FROM (
          SELECT 1 AS stage, number, CASE WHEN key IS NOT NULL
            THEN format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', nspname, $2, $2 || '_' || number, key)
            ELSE format('CREATE %sINDEX %I ON %I.%I %s', u, $2 || '_' || number, nspname, $2,
              substr(pg_get_indexdef(indexrelid),
                length(format('CREATE %sINDEX %I ON %I.%I ', u, name, nspname, relname)) + 1)) END AS sql
          FROM old, parts, LATERAL (SELECT CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END AS u) kind
          UNION ALL SELECT 2, number, format('COMMENT ON INDEX %I.%I IS %L', nspname, $2 || '_' || number,
            obj_description(indexrelid, 'pg_class')) FROM old, parts
          WHERE obj_description(indexrelid, 'pg_class') IS NOT NULL
          UNION ALL SELECT 2, number, format('COMMENT ON CONSTRAINT %I ON %I.%I IS %L', $2 || '_' || number, nspname,
            $2, obj_description(constraint_oid, 'pg_constraint')) FROM old, parts
          WHERE obj_description(constraint_oid, 'pg_constraint') IS NOT NULL
          UNION ALL SELECT 3, 0, format('COMMENT ON TABLE %I.%I IS %L', nspname, $2, obj_description(oid, 'pg_class'))
          FROM old WHERE obj_description(oid, 'pg_class') IS NOT NULL
          UNION ALL SELECT 4, 0, format('REVOKE ALL ON %I.%I FROM %s', nspname, $2, grantee)
          FROM old, (SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
            FROM pg_class fresh, aclexplode(COALESCE(fresh.relacl, acldefault('r', fresh.relowner))) a
            WHERE fresh.oid = to_regclass(format('%I.%I', (SELECT nspname FROM old), $2))) given
          UNION ALL SELECT 5, 0, format('GRANT %s ON %I.%I TO %s%s', a.privilege_type, nspname, $2,
            CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
            CASE WHEN a.is_grantable AND a.grantee <> relowner THEN ' WITH GRANT OPTION' ELSE '' END)
          FROM old, aclexplode(COALESCE(relacl, acldefault('r', relowner))) a) statements
        ORDER BY stage, number
        """;

    private const string Rename =
        """
        SELECT format('ALTER INDEX %I.%I RENAME TO %I', n.nspname, $2 || '_' || number, name) FROM (
          SELECT x.relname AS name, x.relnamespace, row_number() OVER (ORDER BY i.indexrelid) AS number
          FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = $1::oid) indexes
        JOIN pg_namespace n ON n.oid = relnamespace
        """;

    private readonly PostgresSession _session;
    private readonly PostgresTarget _old;
    private readonly string _what;

    private PostgresSwap(PostgresSession session, PostgresTarget old, PostgresTable fresh) =>
        (_session, _old, New, _what) = (session, old, fresh, old.Doing("replace"));

    /// <summary>The new table, which is filled before it is completed.</summary>
    public PostgresTable New { get; }

    /// <summary>Makes an empty table like an existing one.</summary>
    /// <returns>Null where the table has what a new one would lack.</returns>
    public static async Task<PostgresSwap?> BeginAsync(
        PostgresSession session, PostgresTarget old, CancellationToken cancellation)
    {
        var what = old.Doing("replace");
        var can = await session.RowsAsync(what, CanSwap, cancellation, old.Oid!).ConfigureAwait(false);
        if (can[0][0] != "true") return null;
        var suffix = $"_new_{Guid.NewGuid():N}"[..13];
        var start = old.Table.Table;
        while (start.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(start) + suffix.Length + 4 > LongestName)
            start = start[..^1];
        var swap = new PostgresSwap(session, old, old.Table.In(old.Table.Schema!, start + suffix));
        await swap.RunAllAsync(Create, cancellation).ConfigureAwait(false);
        return swap;
    }

    /// <summary>Builds the indexes, and gives the new table the grants and comments of the old.</summary>
    public Task CompleteAsync(CancellationToken cancellation) => RunAllAsync(Complete, cancellation);

    /// <summary>
    /// Drops the old table and gives the new one its name. That needs the table for a moment without readers; they wait
    /// for as long as a pause at most, after which others get their turn.
    /// </summary>
    /// <returns>
    /// False where others used the table all the time, or something depends on it that did not before.
    /// </returns>
    public async Task<bool> TryFinishAsync()
    {
        var rename = await _session.RowsAsync(_what, Rename, default, _old.Oid!, New.Table).ConfigureAwait(false);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var milliseconds = Pause.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
            await RunAsync($"SAVEPOINT swap; SET LOCAL lock_timeout = {milliseconds}").ConfigureAwait(false);
            try
            {
                await RunAsync($"LOCK TABLE {_old.Table.Sql} IN ACCESS EXCLUSIVE MODE; DROP TABLE {_old.Table.Sql}; "
                    + $"ALTER TABLE {New.Sql} RENAME TO {PostgresTable.Quote(_old.Table.Table)}").ConfigureAwait(false);
                foreach (var statement in rename) await RunAsync(statement[0]!).ConfigureAwait(false);
                return true;
            }
            catch (GpuAlsException failure) when (failure.InnerException is PostgresException
            {
                SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DependentObjectsStillExist,
            } refused)
            {
                await RunAsync("ROLLBACK TO SAVEPOINT swap").ConfigureAwait(false);
                if (refused.SqlState == PostgresErrorCodes.DependentObjectsStillExist) return false;
                await Task.Delay(Pause).ConfigureAwait(false);
            }
        }

        return false;
    }

    private Task<int> RunAsync(string sql) => _session.RunAsync(_what, sql, default);

    /// <summary>Runs the statements that a query gives.</summary>
    private async Task RunAllAsync(string query, CancellationToken cancellation)
    {
        var statements = await _session.RowsAsync(_what, query, cancellation, _old.Oid!, New.Table)
            .ConfigureAwait(false);
        foreach (var statement in statements)
            await _session.RunAsync(_what, statement[0]!, cancellation).ConfigureAwait(false);
    }
}
