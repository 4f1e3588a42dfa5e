namespace GpuAls.App;

/// <summary>Names of items, which lists show beside the ids.</summary>
internal static class ItemNames
{
    /// <summary>
    /// Reads the names of a model's items. Rows without a name are skipped; the first name of an item counts.
    /// </summary>
    /// <param name="file">A table with ids and names.</param>
    /// <param name="column">The column of names.</param>
    /// <param name="schema">How it is read, and the column of ids.</param>
    /// <param name="items">The ids of the model.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The name of each item; empty where the file has none.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the file cannot be read, lacks a column, or names none of the items.
    /// </exception>
    public static async Task<IdIndex<string>> ReadAsync(
        string file, string column, InteractionSchema schema, IdIndex items, CancellationToken cancellation)
    {
        var columns = schema with
        {
            UserColumn = column,
            UserOption = "--item-name-column",
            OnBadRow = OnBadRow.Skip,
        };
        var rows = await IdFiles.ReadPairsAsync(file, columns, cancellation).ConfigureAwait(false);
        var names = new string[items.Count];
        Array.Fill(names, "");
        var (rowNames, rowItems) = (rows.UserIndices, rows.ItemIndices);
        for (var row = rows.RowCount - 1; row >= 0; row--)
            if (items.TryFind(rows.Items.Format(rowItems[row]), out var item))
                names[item] = rows.Users.Format(rowNames[row]);
        if (Array.TrueForAll(names, name => name.Length == 0))
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"'{file}' (--item-names) has a name for none of the {Counted.Of(items.Count, "item")} of the model. "
                    + "Check the file, and --item-column.");
        return new IdIndex<string>(names);
    }

    /// <summary>The name of an item; null where none is known.</summary>
    /// <param name="names">What was read; null where nothing was.</param>
    /// <param name="item">Index of the item.</param>
    public static string? Of(IdIndex<string>? names, int item) =>
        names?.Ids.Span[item] is { Length: > 0 } name ? name : null;
}
