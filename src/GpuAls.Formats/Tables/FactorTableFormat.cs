namespace GpuAls.Formats;

/// <summary>
/// Factors as two tables with a row for each user or item: the column <c>id</c>, and <c>factors</c>, a list of floats.
/// Tables of others may have other names, or a column for each factor.
/// </summary>
/// <param name="name">What <c>--format</c> calls it.</param>
/// <param name="extensions">Of its files, the first of those that are written.</param>
internal abstract class FactorTableFormat(string name, params string[] extensions) : ModelFormat(name)
{
    /// <summary>The column of ids that is written.</summary>
    protected const string IdColumn = "id";

    /// <summary>The column of factors that is written.</summary>
    protected const string FactorsColumn = "factors";

    private const string UserTable = "user_factors";
    private const string ItemTable = "item_factors";

    /// <inheritdoc/>
    public override bool IsFolder => true;

    /// <inheritdoc/>
    public override bool IsRead => true;

    /// <inheritdoc/>
    public override bool HasIds => true;

    /// <inheritdoc/>
    public override bool HasTables => true;

    /// <inheritdoc/>
    public override bool IsOfTwoFiles => true;

    /// <inheritdoc/>
    public override ValueTask<string?> WhyForeignAsync(ExistingFiles existing, CancellationToken cancellation)
    {
        string[] ours = [UserTable + extensions[0], ItemTable + extensions[0], FolderOutput.SuccessFile];
        var other = existing.Files.FirstOrDefault(file => !ours.Contains(file));
        return new(other is null ? null : $"is not an export of factors (it has '{other}')");
    }

    /// <inheritdoc/>
    public override async Task WriteAsync(FactorModel model, IOutput folder, CancellationToken cancellation)
    {
        await WriteAsync(UserTable, model.Users, Side.Users).ConfigureAwait(false);
        await WriteAsync(ItemTable, model.Items, Side.Items).ConfigureAwait(false);

        Task WriteAsync(string table, IdIndex ids, Side side) => folder.WriteAsync(
            table + extensions[0], to => WriteTableAsync(to, ids, model.FactorsOf(side), cancellation),
            cancellation);
    }

    /// <inheritdoc/>
    public override async Task<ForeignModel> ReadAsync(ForeignSource source, CancellationToken cancellation)
    {
        var (users, items) = await source.FilesAsync(
            [.. extensions.Select(extension => UserTable + extension)],
            [.. extensions.Select(extension => ItemTable + extension)], cancellation).ConfigureAwait(false);
        return new ForeignModel(
            await SideAsync(users).ConfigureAwait(false), await SideAsync(items).ConfigureAwait(false));

        async Task<ForeignSide> SideAsync(IByteSource file)
        {
            try
            {
                return await ReadTableAsync(file, source.IdColumn, cancellation).ConfigureAwait(false);
            }
            catch (Exception damage) when (GpuAlsException.IsDamage(damage))
            {
                throw FormatErrors.Damaged(file.Name, $"cannot be read: {damage.Message.TrimEnd('.')}");
            }
        }
    }

    /// <summary>Writes the table of a side.</summary>
    protected abstract Task WriteTableAsync(
        Stream stream, IdIndex ids, FactorMatrix factors, CancellationToken cancellation);

    /// <summary>Reads the table of a side; whatever it throws is said of the file.</summary>
    protected abstract Task<ForeignSide> ReadTableAsync(
        IByteSource file, string idColumn, CancellationToken cancellation);
}

/// <summary>A column of a table with factors.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsFloat">Whether its values, or those of its lists, are fp32 or fp64.</param>
/// <param name="IsList">Whether its values are lists.</param>
internal sealed record TableColumn(string Name, bool IsFloat, bool IsList)
{
    /// <summary>The columns of factors: one of lists, or as many as there are factors, in their order.</summary>
    /// <returns>Their indices.</returns>
    /// <exception cref="GpuAlsException">Kind BadInput: there are none, or it is not clear which they are.</exception>
    public static int[] Factors(string file, IReadOnlyList<TableColumn> columns)
    {
        int[] lists =
            [.. Enumerable.Range(0, columns.Count).Where(at => columns[at] is { IsList: true, IsFloat: true })];
        if (lists.Length == 1) return lists;
        var numbered = columns.Index()
            .Where(column => column.Item is { IsList: false, IsFloat: true })
            .Select(column => (column.Index, Numbered: Split(column.Item.Name)))
            .Where(column => column.Numbered.Number >= 0)
            .GroupBy(column => column.Numbered.Prefix, StringComparer.Ordinal)
            .Select(group => group.OrderBy(column => column.Numbered.Number).ToArray())
            .Where(group => group[0].Numbered.Number <= 1 && AreConsecutive(group))
            .ToArray();
        if (lists.Length == 0 && numbered.Length == 1) return [.. numbered[0].Select(column => column.Index)];
        throw FormatErrors.Damaged(
            file,
            $"has the columns {string.Join(", ", columns.Select(column => Quoted.Of(column.Name)))}; expected factors "
            + "in one column of lists of floats, or in one column of floats for each factor, such as f0, f1, f2");
    }

    /// <summary>The column of ids.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: there is none.</exception>
    public static GpuAlsException NoIds(string file, string idColumn, IEnumerable<string> columns) =>
        FormatErrors.Damaged(
            file,
            $"has no column {Quoted.Of(idColumn)}; it has {string.Join(", ", columns.Select(Quoted.Of))}. Choose one "
            + "with --id-column");

    private static (string Prefix, int Number) Split(string name)
    {
        var digits = name.Length;
        while (digits > 0 && char.IsAsciiDigit(name[digits - 1])) digits--;
        return (name[..digits], int.TryParse(name.AsSpan(digits), out var number) ? number : -1);
    }

    private static bool AreConsecutive((int Index, (string Prefix, int Number) Numbered)[] group) =>
        group.Index().All(column => column.Item.Numbered.Number == group[0].Numbered.Number + column.Index);
}

/// <summary>Gathers the rows of factors that come in parts.</summary>
/// <param name="file">How messages name the table.</param>
internal sealed class GatheredFactors(string file)
{
    private readonly List<float[]> _parts = [];

    /// <summary>Length of a row; 0 before the first.</summary>
    public int Rank { get; private set; }

    /// <summary>Adds rows.</summary>
    /// <param name="values">[rows, rank].</param>
    /// <param name="rank">The length of each.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: rows have different lengths.</exception>
    public void Add(float[] values, int rank)
    {
        if (values.Length == 0) return;
        if (Rank > 0 && rank != Rank)
            throw FormatErrors.Damaged(file, $"has a row of {Rank} factors and one of {rank}");
        Rank = rank;
        _parts.Add(values);
    }

    /// <summary>All rows, with their ids.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: there are no rows, or more or fewer ids.</exception>
    public ForeignSide With(IdIndex ids)
    {
        if (Rank == 0) throw FormatErrors.Damaged(file, "has no factors");
        var rows = _parts.Sum(part => part.LongLength / Rank);
        if (rows != ids.Count)
            throw FormatErrors.Damaged(
                file, $"has {Counted.Of(ids.Count, "id")} and {Counted.Of(rows, "row")} of factors");
        var (factors, at) = (FactorMatrix.Uninitialized(ids.Count, Rank), 0);
        foreach (var part in _parts)
            for (var first = 0; first < part.Length; first += Rank)
                part.AsSpan(first, Rank).CopyTo(factors.Row(at++));
        return new ForeignSide(factors, ids);
    }
}
