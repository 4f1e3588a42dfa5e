using System.Text;

namespace GpuAls;

/// <summary>Makes a batch of usable rows from the fields of text; once it is built, its memory is the batch's.</summary>
internal sealed class TextRows(InputFile file, InteractionSchema schema, bool hasWeights, bool hasTimes) : IDisposable
{
    private readonly RowVerdicts _verdicts = new(line => $"{file.Path}, line {line}", schema.Feedback);
    private readonly IdValues _users = new(0);
    private readonly IdValues _items = new(0);
    private float[] _weights = [];
    private long[] _times = [];
    private long _rows;
    private TimeKind? _timeKind;

    /// <summary>Whether users are text even where they look like integers.</summary>
    public bool UsersAreText { get; set; }

    /// <summary>Whether items are text even where they look like integers.</summary>
    public bool ItemsAreText { get; set; }

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
        else if (HasWeight(line, weight, out var value) && HasTime(line, time, out var at)) Keep(user, item, value, at);
    }

    /// <summary>Leaves out a line that cannot be used.</summary>
    public void Reject(long line, string problem)
    {
        _rows++;
        _verdicts.Reject(line, problem);
    }

    /// <summary>Leaves out a line that is too short.</summary>
    public void RejectShort(long line, int fields, int needed) => Reject(line, $"has {Counted.Of(fields, "field")}; expected at least {needed}");

    public void Dispose()
    {
        _users.Dispose();
        _items.Dispose();
        Rented.Return(ref _weights);
        Rented.Return(ref _times);
    }

    public InteractionBatch Build(double fraction)
    {
        var count = _users.Count;
        var (userIndices, itemIndices) = (Identity(count), Identity(count));
        return new InteractionBatch(this, userIndices, itemIndices)
        {
            File = file,
            Users = new IdColumn(IdType.Text, _users, userIndices.Memory, MayBeIntegers: !UsersAreText),
            Items = new IdColumn(IdType.Text, _items, itemIndices.Memory, MayBeIntegers: !ItemsAreText),
            Weights = hasWeights ? _weights.AsMemory(0, count) : default(ReadOnlyMemory<float>?),
            Times = hasTimes ? _times.AsMemory(0, count) : default(ReadOnlyMemory<long>?),
            TimeKind = _timeKind ?? default,
            RowsInFile = _rows,
            Verdicts = _verdicts,
            Fraction = fraction,
        };
    }

    /// <summary>Each row has an id of its own.</summary>
    private static RentedArray<int> Identity(int count)
    {
        var indices = new RentedArray<int>(count);
        for (var row = 0; row < count; row++) indices.Span[row] = row;
        return indices;
    }

    private void Keep(ReadOnlySpan<byte> user, ReadOnlySpan<byte> item, float weight, long time)
    {
        var row = _users.Count;
        if (hasTimes)
        {
            Rented.Grow(ref _times, row, 1);
            _times[row] = time;
        }

        if (hasWeights)
        {
            Rented.Grow(ref _weights, row, 1);
            _weights[row] = weight;
        }

        user.CopyTo(_users.AddText(user.Length));
        item.CopyTo(_items.AddText(item.Length));
    }

    private bool HasWeight(long line, ReadOnlySpan<byte> text, out float weight)
    {
        weight = 1;
        if (!hasWeights) return true;
        if (!WeightText.TryParse(text, schema.HasDecimalComma, out var value) || double.IsInfinity(value))
        {
            _verdicts.Reject(line, $"column '{schema.WeightColumn}' {WeightText.Problem(text, schema.HasDecimalComma)}");
            return false;
        }

        weight = (float)value;
        return _verdicts.Accept(value, schema.WeightColumn!, line);
    }

    /// <summary>The first time decides which kind all are.</summary>
    private bool HasTime(long line, ReadOnlySpan<byte> text, out long time)
    {
        time = 0;
        if (!hasTimes) return true;
        if (TimeText.TryParse(text, out time, out var kind) && kind == (_timeKind ??= kind)) return true;
        _verdicts.Reject(line, text.IsEmpty
            ? $"column '{schema.TimeColumn}' is empty"
            : $"column '{schema.TimeColumn}' is {Quoted.Of(Encoding.UTF8.GetString(text))}; expected {TimeText.Expected}, one kind in all rows");
        return false;
    }
}
