using System.Runtime.CompilerServices;

namespace GpuAls;

/// <summary>
/// Plays from delimited text. Blocks without quotes, which are most, are parsed in parallel; from the first quote on, a file is
/// read record by record. An empty file has no plays.
/// </summary>
internal sealed class DelimitedInteractionReader(InputFile file, InteractionSchema schema)
{
    private const int BatchRows = 1 << 16;

    public async IAsyncEnumerable<BatchWork> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var blocks = new TextBlocks(await TextSource.OpenAsync(file, cancellation).ConfigureAwait(false));
        var delimiter = schema.Delimiter ?? TextErrors.Guard(file, () => Delimiters.Of(file, blocks.Peek()));
        var plain = new TextBlockLines(file, (byte)delimiter);
        DelimitedColumns? columns = null;
        TextBlock? block;
        while ((block = TextErrors.Guard(file, blocks.Read)) is not null && block.IsPlain(DelimitedLines.HasQuotes(delimiter)))
        {
            cancellation.ThrowIfCancellationRequested();
            var skipsFirst = columns is null && schema.HasHeader;
            columns ??= DelimitedColumns.Find(file, schema, schema.HasHeader ? plain.Header(block) : null);
            yield return Work(plain, block, columns.Value, skipsFirst);
        }

        if (block is null && blocks.IsAtEnd) yield break;
        using var lines = new DelimitedLines(file, delimiter, blocks, block);
        block?.Dispose();
        foreach (var work in Read(lines, columns, cancellation)) yield return work;
    }

    private BatchWork Work(TextBlockLines plain, TextBlock block, DelimitedColumns columns, bool skipsFirst) => _ =>
    {
        using var owned = block;
        var rows = new TextRows(file, schema, columns);
        plain.Read(block, columns, skipsFirst, rows);
        return Task.FromResult(rows.Build(block.Fraction));
    };

    /// <summary>Reads line by line.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="known">The columns, if lines were read before these.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    private IEnumerable<BatchWork> Read(DelimitedLines lines, DelimitedColumns? known, CancellationToken cancellation)
    {
        var more = lines.Read();
        if (!more) yield break;
        var columns = known ?? DelimitedColumns.Find(file, schema, schema.HasHeader ? lines.Texts() : null);
        if (known is null && schema.HasHeader) more = lines.Read();
        while (more)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = new TextRows(file, schema, columns);
            do
            {
                if (!lines.IsBlank) Add(lines, columns, rows);
                more = lines.Read();
            }
            while (more && rows.Count < BatchRows);

            var batch = rows.Build(lines.Fraction);
            yield return _ => Task.FromResult(batch);
        }
    }

    private static void Add(DelimitedLines lines, DelimitedColumns columns, TextRows rows)
    {
        if (lines.FieldCount < columns.Needed) rows.Reject(lines.Line, lines.FieldCount);
        else
            rows.Add(
                lines.Line, lines.Utf8(columns.User), lines.Utf8(columns.Item), columns.Weight < 0 ? [] : lines.Utf8(columns.Weight),
                columns.Time < 0 ? [] : lines.Utf8(columns.Time));
    }
}
