namespace GpuAls;

/// <summary>What plays are likely to be, told by their schemas, their statistics and a sample of their rows.</summary>
internal sealed record InputSurvey
{
    /// <summary>The table or query of a database; null for files.</summary>
    public string? Table { get; init; }

    /// <summary>Number of files; 0 for a database.</summary>
    public required int Files { get; init; }

    /// <summary>Their size.</summary>
    public required long Bytes { get; init; }

    /// <summary>Number of rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Whether that is their number and no estimate: footers say it, or all rows were looked at.</summary>
    public required bool AreRowsExact { get; init; }

    /// <summary>Number of rows that were looked at.</summary>
    public required long SampledRows { get; init; }

    /// <summary>Rows among them that cannot be used.</summary>
    public required long BadRows { get; init; }

    /// <summary>The users.</summary>
    public required IdEstimate Users { get; init; }

    /// <summary>The items.</summary>
    public required IdEstimate Items { get; init; }

    /// <summary>Rows that are kept, by the share of those that were looked at.</summary>
    public required long KeptRows { get; init; }

    /// <summary>Bytes of the largest batch, of those that are read at once.</summary>
    public required long BatchBytes { get; init; }

    /// <summary>Number of batches.</summary>
    public required long Batches { get; init; }
}

/// <summary>The different ids of a side.</summary>
/// <param name="Count">How many.</param>
/// <param name="IsExact">Whether all rows were looked at.</param>
/// <param name="Bytes">Bytes of an id, on average.</param>
/// <param name="IsText">Whether they are strings.</param>
/// <param name="MostRows">Rows of the id with the most.</param>
internal readonly record struct IdEstimate(long Count, bool IsExact, double Bytes, bool IsText, long MostRows);

/// <summary>
/// Looks at plays without loading them: the footers of Parquet files, the columns of all formats, and a sample of a few
/// million rows, by the same readers as a run.
/// </summary>
internal sealed class InputSurveyor
{
    private const long UsualSample = 4_000_000;
    private const int MostTextFiles = 16;

    private readonly InteractionSchema _schema;
    private readonly long _mostRows;
    private readonly IdSample _users = new();
    private readonly IdSample _items = new();
    private long _sampled;
    private long _kept;
    private long _bad;
    private long _batchBytes;
    private int _batches;

    private InputSurveyor(InteractionSchema schema, long mostRows) => (_schema, _mostRows) = (schema, mostRows);

    /// <param name="locations">Files, folders or globs.</param>
    /// <param name="schema">Which columns are read, and how.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="mostRows">About how many rows are looked at.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: files or columns that are not there or of the wrong type. Kind Usage: two of the columns are one.
    /// </exception>
    public static async Task<InputSurvey> LookAsync(
        IReadOnlyList<string> locations, InteractionSchema schema, CancellationToken cancellation,
        long mostRows = UsualSample)
    {
        schema.CheckDistinct();
        var files = await InputLocation.ResolveAsync(locations, cancellation).ConfigureAwait(false);
        return await new InputSurveyor(schema, mostRows).LookAsync(files, cancellation).ConfigureAwait(false);
    }

    /// <param name="table">A table or query of a database. One whose size is known is not read to the end.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="mostRows">About how many rows are looked at.</param>
    /// <inheritdoc cref="LookAsync(IReadOnlyList{string}, InteractionSchema, CancellationToken, long)"/>
    public static Task<InputSurvey> LookAsync(
        IInteractionSource table, CancellationToken cancellation, long mostRows = UsualSample)
    {
        table.Schema.CheckDistinct();
        return new InputSurveyor(table.Schema, mostRows).LookAtTableAsync(table, cancellation);
    }

    private async Task<InputSurvey> LookAtTableAsync(IInteractionSource table, CancellationToken cancellation)
    {
        var fraction = 1.0;
        await foreach (var work in table.ReadAsync(cancellation).ConfigureAwait(false))
        {
            fraction = await TakeAsync(work, cancellation).ConfigureAwait(false);
            if (_sampled >= _mostRows && fraction is > 0 and < 1) break;
            fraction = 1;
        }

        return Survey(0, 0, (long)(_sampled / fraction), fraction >= 1, fraction >= 1, (long)(_batches / fraction))
            with
        { Table = table.Name };
    }

    private async Task<InputSurvey> LookAsync(IReadOnlyList<InputFile> files, CancellationToken cancellation)
    {
        var parquet = files.Where(file => file.Format == InputFormat.Parquet).ToArray();
        var (rows, groups) = await LookAtParquetAsync(parquet, cancellation).ConfigureAwait(false);
        var sampledGroups = _batches;
        var (textRows, isWhole) = await LookAtTextAsync([.. files.Except(parquet)], cancellation).ConfigureAwait(false);
        return Survey(
            files.Count, files.Sum(file => file.Bytes), rows + textRows, isWhole, isWhole && sampledGroups == groups,
            groups + (_batches - sampledGroups));
    }

    private InputSurvey Survey(int files, long bytes, long rows, bool areRowsExact, bool isExact, long batches)
    {
        var kept = _sampled == 0 ? 0 : (long)((double)rows * _kept / _sampled);
        return new InputSurvey
        {
            Files = files,
            Bytes = bytes,
            Rows = rows,
            AreRowsExact = areRowsExact,
            SampledRows = _sampled,
            BadRows = _bad,
            KeptRows = kept,
            Users = _users.Estimate(kept, isExact),
            Items = _items.Estimate(kept, isExact),
            BatchBytes = _batchBytes,
            Batches = batches,
        };
    }

    /// <returns>All rows and row groups.</returns>
    private async Task<(long Rows, int Groups)> LookAtParquetAsync(
        IReadOnlyList<InputFile> files, CancellationToken cancellation)
    {
        var (rows, groups) = (0L, 0);
        foreach (var file in files)
        {
            var parquet = await ParquetFile.OpenAsync(file.Source, cancellation).ConfigureAwait(false);
            _ = new ParquetColumns(file, _schema, parquet.Schema); // says what is wrong with them
            for (var group = 0; group < parquet.GroupCount; group++) rows += parquet.RowCount(group);
            groups += parquet.GroupCount;
        }

        var every = (int)((rows + _mostRows - 1) / _mostRows);
        var index = 0;
        foreach (var file in files)
            await foreach (var work in Batches(file, cancellation).ConfigureAwait(false))
                if (index++ % every == 0) await TakeAsync(work, cancellation).ConfigureAwait(false);
        return (rows, groups);
    }

    /// <returns>All rows, and whether all were looked at.</returns>
    private async Task<(long Rows, bool IsWhole)> LookAtTextAsync(
        IReadOnlyList<InputFile> files, CancellationToken cancellation)
    {
        var (first, bytes) = (_sampled, 0.0);
        var isWhole = files.Count <= MostTextFiles;
        var looked = files.Where((_, i) => isWhole || i % ((files.Count / MostTextFiles) + 1) == 0).ToArray();
        foreach (var file in looked)
        {
            var (start, fraction) = (_sampled, 1.0);
            await foreach (var work in Batches(file, cancellation).ConfigureAwait(false))
            {
                fraction = await TakeAsync(work, cancellation).ConfigureAwait(false);
                if (_sampled - start >= _mostRows / looked.Length && fraction < 1) break;
                fraction = 1;
            }

            isWhole &= fraction >= 1;
            bytes += fraction * file.Bytes;
        }

        var rows = _sampled - first;
        return (isWhole || bytes == 0 ? rows : (long)(rows * files.Sum(file => file.Bytes) / bytes), isWhole);
    }

    private IAsyncEnumerable<BatchWork> Batches(InputFile file, CancellationToken cancellation) =>
        new FileInteractionSource([file], _schema).ReadAsync(cancellation);

    private async Task<double> TakeAsync(BatchWork work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var batch = await work(cancellation).ConfigureAwait(false);
        _batches++;
        _sampled += batch.RowsRead;
        _kept += batch.Users.Indices.Length;
        _bad += batch.Verdicts.BadRows;
        _users.Add(batch.Users);
        _items.Add(batch.Items);
        _batchBytes = Math.Max(
            _batchBytes,
            Bytes(batch.Users) + Bytes(batch.Items) + (sizeof(float) * (batch.Weights?.Length ?? 0L))
                + (sizeof(long) * (batch.Times?.Length ?? 0L)));
        return batch.Fraction;
    }

    private static long Bytes(IdColumn ids) =>
        ids.Values.AllBytes.Length + (sizeof(int) * ((long)ids.Values.Count + ids.Indices.Length));
}
