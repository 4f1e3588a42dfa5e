using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace GpuAls;

/// <summary>From the fields of lines to a batch of usable rows, whose memory is the batch's once it is built.</summary>
internal sealed class TextRows(InputFile file, InteractionSchema schema, DelimitedColumns columns) : IDisposable
{
    private const int ExactDigits = 15;

    private readonly TextBatch _batch = new(columns.Weight >= 0, columns.Time >= 0);
    private readonly RowVerdicts _verdicts = new(line => $"{file.Path}, line {line}", schema.Feedback);
    private long _rows;
    private TimeKind? _timeKind;

    /// <summary>Rows that are kept.</summary>
    public int Count => _batch.Count;

    /// <summary>Adds a line.</summary>
    /// <param name="line">Its number from 1.</param>
    /// <param name="user">UTF-8, as are the others.</param>
    /// <param name="item">The item.</param>
    /// <param name="weight">The weight; anything without a weight column.</param>
    /// <param name="time">The time; anything without a time column.</param>
    public void Add(long line, ReadOnlySpan<byte> user, ReadOnlySpan<byte> item, ReadOnlySpan<byte> weight, ReadOnlySpan<byte> time)
    {
        _rows++;
        if (user.IsEmpty) _verdicts.Reject(line, $"column '{schema.UserColumn}' is empty");
        else if (item.IsEmpty) _verdicts.Reject(line, $"column '{schema.ItemColumn}' is empty");
        else if (HasWeight(line, weight, out var value) && HasTime(line, time, out var at)) _batch.Add(user, item, value, at);
    }

    /// <summary>Leaves out a line that is too short.</summary>
    public void Reject(long line, int fields)
    {
        _rows++;
        _verdicts.Reject(line, $"has {fields} fields; expected at least {columns.Needed}");
    }

    public void Dispose() => _batch.Dispose();

    public InteractionBatch Build(double fraction) => _batch.Build(file, _rows, _verdicts, _timeKind ?? default, fraction);

    private bool HasWeight(long line, ReadOnlySpan<byte> text, out float weight)
    {
        weight = 1;
        if (columns.Weight < 0) return true;
        if (!TryParse(text, out var value))
        {
            _verdicts.Reject(line, text.IsEmpty ? $"column '{schema.WeightColumn}' is empty" : $"column '{schema.WeightColumn}' is '{Encoding.UTF8.GetString(text)}'; expected a number");
            return false;
        }

        weight = (float)value;
        return _verdicts.Accept(value, schema.WeightColumn!, line);
    }

    /// <summary>The first time says which kind all are.</summary>
    private bool HasTime(long line, ReadOnlySpan<byte> text, out long time)
    {
        time = 0;
        if (columns.Time < 0) return true;
        if (TimeText.TryParse(text, out time, out var kind) && kind == (_timeKind ??= kind)) return true;
        _verdicts.Reject(line, text.IsEmpty
            ? $"column '{schema.TimeColumn}' is empty"
            : $"column '{schema.TimeColumn}' is '{Encoding.UTF8.GetString(text)}'; expected {TimeText.Expected}, one kind in all rows");
        return false;
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        // Most weights are counts.
        if (text.Length <= ExactDigits && Utf8Parser.TryParse(text, out ulong count, out var read) && read == text.Length)
        {
            value = count;
            return true;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
