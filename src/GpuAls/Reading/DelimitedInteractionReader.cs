using System.Globalization;

namespace GpuAls.Reading;

/// <summary>Plays from delimited text, a batch every few hundred thousand lines. An empty file has none.</summary>
internal sealed class DelimitedInteractionReader(InputFile file, InteractionSchema schema)
{
    private const int BatchRows = 1 << 18;

    private byte[] _user = [];
    private byte[] _item = [];

    public IEnumerable<BatchWork> Read(CancellationToken cancellation)
    {
        using var lines = new DelimitedLines(file, schema.Delimiter);
        var more = lines.Read();
        if (!more) yield break;
        var columns = DelimitedColumns.Find(file, schema, lines);
        if (schema.HasHeader) more = lines.Read();
        while (more)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = ReadBatch(lines, columns, out more);
            yield return _ => Task.FromResult(batch);
        }
    }

    private InteractionBatch ReadBatch(DelimitedLines lines, DelimitedColumns columns, out bool more)
    {
        var batch = new TextBatch(columns.Weight >= 0);
        var verdicts = new RowVerdicts(line => $"{file.Path}, line {line}");
        long rows = 0;
        do
        {
            if (!lines.IsBlank)
            {
                rows++;
                AddRow(lines, columns, batch, verdicts);
            }

            more = lines.Read();
        }
        while (more && batch.Count < BatchRows);

        return batch.Build(file, rows, verdicts, lines.Fraction);
    }

    private void AddRow(DelimitedLines lines, DelimitedColumns columns, TextBatch batch, RowVerdicts verdicts)
    {
        if (lines.FieldCount < columns.Needed)
        {
            verdicts.Reject(lines.Line, $"has {lines.FieldCount} fields; expected at least {columns.Needed}");
            return;
        }

        if (lines.Field(columns.User).IsEmpty) verdicts.Reject(lines.Line, $"column '{schema.UserColumn}' is empty");
        else if (lines.Field(columns.Item).IsEmpty) verdicts.Reject(lines.Line, $"column '{schema.ItemColumn}' is empty");
        else if (HasWeight(lines, columns, verdicts, out var weight)) batch.Add(lines.Utf8(columns.User, ref _user), lines.Utf8(columns.Item, ref _item), weight);
    }

    private bool HasWeight(DelimitedLines lines, DelimitedColumns columns, RowVerdicts verdicts, out float weight)
    {
        weight = 1;
        if (columns.Weight < 0) return true;
        var text = lines.Field(columns.Weight);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            verdicts.Reject(lines.Line, text.IsEmpty ? $"column '{schema.WeightColumn}' is empty" : $"column '{schema.WeightColumn}' is '{text}'; expected a number");
            return false;
        }

        weight = (float)value;
        return verdicts.Accept(value, schema.WeightColumn!, lines.Line);
    }
}
