namespace GpuAls.Connectors;

/// <summary>What a column of a table holds.</summary>
internal enum ColumnRole
{
    /// <summary>The id of a user.</summary>
    User,

    /// <summary>The id of an item.</summary>
    Item,

    /// <summary>The position in a list, from 1.</summary>
    Rank,

    /// <summary>The score of an item in a list.</summary>
    Score,

    /// <summary>The factors of a user or an item.</summary>
    Factors,
}

/// <summary>A table that is written: its columns, named as in the files of lists, and its key.</summary>
/// <param name="Content">What it holds, for messages.</param>
/// <param name="Columns">The columns in the order in which they are sent.</param>
/// <param name="Key">The columns that tell rows apart.</param>
internal sealed record TableSpec(string Content, ColumnRole[] Columns, ColumnRole[] Key)
{
    /// <summary>A row for each listed item.</summary>
    public static TableSpec Lists { get; } = new(
        "lists", [ColumnRole.User, ColumnRole.Item, ColumnRole.Rank, ColumnRole.Score],
        [ColumnRole.User, ColumnRole.Rank]);

    /// <summary>A row for each user.</summary>
    public static TableSpec UserFactors { get; } = new(
        "user factors", [ColumnRole.User, ColumnRole.Factors], [ColumnRole.User]);

    /// <summary>A row for each item.</summary>
    public static TableSpec ItemFactors { get; } = new(
        "item factors", [ColumnRole.Item, ColumnRole.Factors], [ColumnRole.Item]);

    /// <summary>The tables that a run writes.</summary>
    /// <param name="database">The database, as messages name it.</param>
    /// <param name="table">The table that its URL names; null for none.</param>
    /// <param name="query">The query that its URL has; null for none.</param>
    /// <param name="options">What the options name.</param>
    /// <exception cref="GpuAlsException">Kind Usage: the URL has a query, or no table takes the lists.</exception>
    public static IReadOnlyList<TableRequest> Asked(
        string database, string? table, string? query, TableOptions options)
    {
        Require.Usage(query is null, $"'{database}' has a query; lists go into a table: ?table=NAME.");
        Require.Usage(
            (options.Lists ?? table) is not null,
            $"'{database}' is a database: which table do the lists go into? Name it with --recommendations-table.");
        (TableSpec Spec, WriteMode Mode, string? Table)[] all =
        [
            (Lists, options.Mode, options.Lists ?? table),
            (UserFactors, WriteMode.Replace, options.UserFactors),
            (ItemFactors, WriteMode.Replace, options.ItemFactors),
        ];
        return
        [
            .. all.Where(asked => asked.Table is not null)
                .Select(asked => new TableRequest(asked.Spec, asked.Mode, asked.Table!)),
        ];
    }

    /// <summary>The name of a column.</summary>
    public static string NameOf(ColumnRole role) => role switch
    {
        ColumnRole.User => "user",
        ColumnRole.Item => "item",
        ColumnRole.Rank => "rank",
        ColumnRole.Score => "score",
        _ => "factors",
    };
}

/// <summary>A table that a run writes.</summary>
/// <param name="Spec">What it holds.</param>
/// <param name="Mode">What becomes of the rows that are there.</param>
/// <param name="Table">Its name, as the user gave it.</param>
internal sealed record TableRequest(TableSpec Spec, WriteMode Mode, string Table);
