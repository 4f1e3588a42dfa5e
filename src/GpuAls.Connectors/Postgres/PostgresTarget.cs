using System.Globalization;

namespace GpuAls.Connectors.Postgres;

/// <summary>A table that is to be written, as the catalog describes it.</summary>
internal sealed record PostgresTarget
{
    private const string Find =
        "SELECT c.oid::text, n.nspname::text, c.relname::text, c.relkind::text, row_security_active(c.oid)::text, "
        + "(has_table_privilege(c.oid, 'INSERT') AND ($2 = 'append' OR has_table_privilege(c.oid, 'DELETE') "
        + "AND has_table_privilege(c.oid, 'SELECT')))::text, "
        + "EXISTS (SELECT FROM pg_constraint k WHERE k.confrelid = c.oid AND k.conrelid <> c.oid)::text "
        + "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)";

    private const string FindColumns =
        "SELECT a.attname::text, COALESCE(NULLIF(t.typbasetype, 0), t.oid)::text, "
        + "format_type(a.atttypid, a.atttypmod), "
        + "(a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attgenerated = '')::text "
        + "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
        + "WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

    private const string FindSchema =
        "SELECT s, COALESCE(has_schema_privilege(to_regnamespace(quote_ident(s)), 'CREATE'), false)::text "
        + "FROM (SELECT COALESCE(NULLIF($1, ''), current_schema()) AS s) schema";

    private PostgresTarget(TableSpec spec, WriteMode mode, PostgresTable table) =>
        (Spec, Mode, Table) = (spec, mode, table);

    /// <summary>What it holds.</summary>
    public TableSpec Spec { get; }

    /// <summary>What becomes of its rows.</summary>
    public WriteMode Mode { get; }

    /// <summary>The table, with its schema.</summary>
    public PostgresTable Table { get; private init; }

    /// <summary>Its number in the catalog; null where there is no such table yet.</summary>
    public string? Oid { get; private init; }

    /// <summary>The types of the columns that are written; empty where there is no such table yet.</summary>
    public IReadOnlyDictionary<ColumnRole, PostgresType> Types { get; private init; } =
        new Dictionary<ColumnRole, PostgresType>();

    /// <summary>The columns that are written, as SQL has them.</summary>
    public string ColumnList => Quoted(Spec.Columns);

    /// <summary>Looks a table up, and whether it can be written.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it cannot.</exception>
    public static async Task<PostgresTarget> FindAsync(
        PostgresSession session,
        PostgresLocation location,
        TableSpec spec,
        WriteMode mode,
        PostgresTable table,
        CancellationToken cancellation)
    {
        var target = new PostgresTarget(spec, mode, table);
        var what = target.Doing("look up");
        var found = await session.RowsAsync(what, Find, cancellation, table.Sql, GpuAls.Words.Of(mode))
            .ConfigureAwait(false);
        if (found.Count == 0)
        {
            var schema = (await session.RowsAsync(what, FindSchema, cancellation, table.Schema ?? "")
                .ConfigureAwait(false))[0];
            if (schema[0] is null || schema[1] != "true")
                throw target.Refused(
                    location, $"it is not there, and '{location.User}' may not create it in schema '{schema[0]}'",
                    "Create it, or grant CREATE on an existing schema");
            return target with { Table = table.In(schema[0]!, table.Table) };
        }

        var row = found[0];
        target = target with { Oid = row[0], Table = table.In(row[1]!, row[2]!) };
        if (row[3] is not ("r" or "p"))
            throw target.Refused(location, "it is a view or something else that is no table", "Name a table");
        var columns = await session.RowsAsync(what, FindColumns, cancellation, row[0]!).ConfigureAwait(false);
        target = target with { Types = target.Checked(location, columns) };
        if (row[4] == "true")
            throw target.Refused(
                location, "row-level security applies to it", "Connect as its owner or a user with BYPASSRLS");
        if (row[5] != "true")
            throw target.Refused(
                location, $"'{location.User}' may not write to it",
                $"Grant {(mode == WriteMode.Append ? "INSERT" : "SELECT, INSERT and DELETE")}");
        if (row[6] == "true" && mode != WriteMode.Append)
            throw target.Refused(
                location, "other tables have foreign keys to its rows, which would be deleted",
                "Drop these keys, or write to another table");
        return target;
    }

    /// <summary>The types, those of a new table where there is none yet.</summary>
    public PostgresTarget For(FactorModel model) => Oid is not null ? this : this with
    {
        Types = Spec.Columns.ToDictionary(role => role, role => role switch
        {
            ColumnRole.User => PostgresFields.TypeOf(model.Users.Type),
            ColumnRole.Item => PostgresFields.TypeOf(model.Items.Type),
            ColumnRole.Rank => PostgresType.Integer32,
            ColumnRole.Score => PostgresType.Float32,
            _ => PostgresType.Float32Array,
        }),
    };

    /// <summary>The statement that makes the table, without its key.</summary>
    public string Create(FactorModel model)
    {
        var columns = Spec.Columns.Select(role => $"{Quoted([role])} {NewType(role, model)} NOT NULL");
        if (Mode == WriteMode.Append) columns = columns.Append("created_at timestamptz NOT NULL DEFAULT now()");
        return $"CREATE TABLE {Table.Sql} ({string.Join(", ", columns)})";
    }

    /// <summary>The statement that adds the key of a table that was just made.</summary>
    public string AddKey() =>
        $"ALTER TABLE {Table.Sql} ADD PRIMARY KEY "
        + $"({Quoted(Spec.Key)}{(Mode == WriteMode.Append ? ", created_at" : "")})";

    /// <summary>What is done with the table, as in "cannot …".</summary>
    public string Doing(string verb) => $"{verb} table {Table.Name}";

    /// <summary>A column, for messages.</summary>
    public string Named(ColumnRole role) => $"table {Table.Name}: column '{TableSpec.NameOf(role)}'";

    private static string Quoted(ColumnRole[] roles) =>
        string.Join(", ", roles.Select(role => PostgresTable.Quote(TableSpec.NameOf(role))));

    private static string NewType(ColumnRole role, FactorModel model) => role switch
    {
        ColumnRole.User => PostgresFields.NewType(model.Users.Type),
        ColumnRole.Item => PostgresFields.NewType(model.Items.Type),
        ColumnRole.Rank => "integer",
        ColumnRole.Score => "real",
        _ => "real[]",
    };

    /// <summary>A table that has other columns is not one of lists, and not emptied.</summary>
    private Dictionary<ColumnRole, PostgresType> Checked(PostgresLocation location, List<string?[]> columns)
    {
        var types = new Dictionary<ColumnRole, PostgresType>();
        foreach (var role in Spec.Columns)
        {
            var name = TableSpec.NameOf(role);
            var column = columns.Find(column => column[0] == name) ?? throw Refused(
                location,
                $"it has no column '{name}', so it is no table of {Spec.Content}: it has "
                + string.Join(", ", columns.Select(column => column[0])),
                "Name another table; one that is not there is created");
            var type = (PostgresType)int.Parse(column[1]!, CultureInfo.InvariantCulture);
            if (!PostgresFields.Takes(role, type))
                throw Refused(
                    location, $"its column '{name}' is {column[2]}; expected {PostgresFields.Expected(role)}",
                    "Change the type, or name another table");
            types[role] = type;
        }

        var others = columns.Where(column =>
            column[3] == "true" && !Spec.Columns.Select(TableSpec.NameOf).Contains(column[0])).ToArray();
        if (others.Length > 0)
            throw Refused(
                location, $"its column '{others[0][0]}' needs a value, and gpuals has none",
                "Give the column a default");
        return types;
    }

    private GpuAlsException Refused(PostgresLocation location, string found, string remedy) => new(
        FailureKind.Output, $"{location.Name}: cannot write to table {Table.Name}: {found}. {remedy}.");
}
