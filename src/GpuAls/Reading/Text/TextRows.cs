using System.Text;

namespace GpuAls;

/// <summary>
/// Makes a batch of usable rows from the fields of text; once it is built, its memory is the batch's.
/// </summary>
internal sealed class TextRows : IDisposable
{
    private readonly InputFile _file;
    private readonly InteractionSchema _schema;
    private readonly bool _hasWeights;
    private readonly bool _hasTimes;
    private readonly RowVerdicts _verdicts;
    private readonly byte[]? _user;
    private readonly byte[]? _item;
    private readonly byte[]? _weight;
    private readonly byte[]? _time;
    private readonly byte[]? _event;
    private readonly string? _nullColumn;
    private readonly IdValues _users = new(0);
    private readonly IdValues _items = new(0);
    private float[] _weights = [];
    private long[] _times = [];
    private long _rows;
    private TimeKind? _timeKind;

    /// <param name="file">The file.</param>
    /// <param name="schema">What is read.</param>
    /// <param name="lacksUser">Whether a directory says the user, not the lines.</param>
    /// <param name="lacksItem">Whether a directory says the item.</param>
    /// <param name="lacksWeight">Whether a directory says the weight, if there are weights.</param>
    /// <param name="lacksTime">Whether a directory says the time, if there are times.</param>
    /// <param name="lacksEvent">Whether a directory says the kind of event, if there are events.</param>
    public TextRows(
        InputFile file, InteractionSchema schema, bool lacksUser, bool lacksItem, bool lacksWeight, bool lacksTime,
        bool lacksEvent)
    {
        (_file, _schema, _hasWeights, _hasTimes) = (file, schema, schema.HasWeights, schema.TimeColumn is not null);
        _verdicts = new RowVerdicts(line => $"{file.Path}, line {line}", schema);
        _user = Constant(lacksUser, schema.UserColumn, ref _nullColumn);
        _item = Constant(lacksItem, schema.ItemColumn, ref _nullColumn);
        _weight = Constant(lacksWeight, schema.WeightColumn, ref _nullColumn);
        _time = Constant(lacksTime, schema.TimeColumn, ref _nullColumn);
        _event = Constant(lacksEvent, schema.EventColumn, ref _nullColumn);
        UsersAreText = lacksUser && file.Partitions[schema.UserColumn].Type == IdType.Text;
        ItemsAreText = lacksItem && file.Partitions[schema.ItemColumn].Type == IdType.Text;
    }

    /// <summary>Whether users are text even where they look like integers.</summary>
    public bool UsersAreText { get; set; }

    /// <summary>Whether items are text even where they look like integers.</summary>
    public bool ItemsAreText { get; set; }

    /// <summary>Adds a line. What a directory says goes before what is given.</summary>
    /// <param name="line">Its number from 1.</param>
    /// <param name="user">UTF-8, as are the others.</param>
    /// <param name="item">The item.</param>
    /// <param name="weight">The weight; anything without a weight column.</param>
    /// <param name="time">The time; anything without a time column.</param>
    /// <param name="kind">The kind of event; anything without an event column.</param>
    public void Add(
        long line, ReadOnlySpan<byte> user, ReadOnlySpan<byte> item, ReadOnlySpan<byte> weight, ReadOnlySpan<byte> time,
        ReadOnlySpan<byte> kind)
    {
        if (_user is not null) user = _user;
        if (_item is not null) item = _item;
        if (_weight is not null) weight = _weight;
        if (_time is not null) time = _time;
        if (_event is not null) kind = _event;
        _rows++;
        if (_nullColumn is not null) _verdicts.Reject(line, $"column '{_nullColumn}' is null");
        else if (user.IsEmpty) _verdicts.Reject(line, $"column '{_schema.UserColumn}' is empty");
        else if (item.IsEmpty) _verdicts.Reject(line, $"column '{_schema.ItemColumn}' is empty");
        else if (HasWeight(line, weight, kind, out var value) && HasTime(line, time, out var at))
            Keep(user, item, value, at);
    }

    /// <summary>Leaves out a line that cannot be used.</summary>
    public void Reject(long line, string problem)
    {
        _rows++;
        _verdicts.Reject(line, problem);
    }

    /// <summary>Leaves out a line that has too few fields.</summary>
    public void RejectShort(long line, int fields, int needed, TextDialect dialect)
    {
        var hint = fields == 1 && dialect.Suggestion.Length > 0 ? $" (the first line {dialect.Suggestion})" : "";
        Reject(line, $"{Counted.Of(fields, "field")}, expected at least {needed}{hint}");
    }

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
            Origin = _file.Path,
            Users = new IdColumn(IdType.Text, _users, userIndices.Memory, MayBeIntegers: !UsersAreText),
            Items = new IdColumn(IdType.Text, _items, itemIndices.Memory, MayBeIntegers: !ItemsAreText),
            Weights = _hasWeights ? _weights.AsMemory(0, count) : default(ReadOnlyMemory<float>?),
            Times = _hasTimes ? _times.AsMemory(0, count) : default(ReadOnlyMemory<long>?),
            TimeKind = _timeKind ?? default,
            RowsRead = _rows,
            Verdicts = _verdicts,
            Fraction = fraction,
        };
    }

    /// <summary>The value that a directory says; null if the lines have it.</summary>
    private byte[]? Constant(bool lacks, string? column, ref string? nullColumn)
    {
        if (!lacks || column is null) return null;
        var value = _file.Partitions[column];
        if (value.Text is null) nullColumn ??= column;
        return value.Utf8;
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
        if (_hasTimes)
        {
            Rented.Grow(ref _times, row, 1);
            _times[row] = time;
        }

        if (_hasWeights)
        {
            Rented.Grow(ref _weights, row, 1);
            _weights[row] = weight;
        }

        user.CopyTo(_users.AddText(user.Length));
        item.CopyTo(_items.AddText(item.Length));
    }

    private bool HasWeight(long line, ReadOnlySpan<byte> text, ReadOnlySpan<byte> kind, out float weight)
    {
        weight = 1;
        if (!_hasWeights) return true;
        var value = 1.0;
        if (_schema.WeightColumn is not null
            && (!WeightText.TryParse(text, _schema.HasDecimalComma, out value) || double.IsInfinity(value)))
        {
            _verdicts.Reject(
                line, $"column '{_schema.WeightColumn}' {WeightText.Problem(text, _schema.HasDecimalComma)}");
            return false;
        }

        if (_schema.EventWeights is { } events)
        {
            if (!events.TryGet(kind, out var factor))
            {
                _verdicts.Reject(
                    line, $"column '{_schema.EventColumn}' {events.Problem(Encoding.UTF8.GetString(kind))}");
                return false;
            }

            value *= factor;
        }

        weight = (float)value;
        return _verdicts.Accept(value, _schema.WeightColumn ?? _schema.EventColumn!, line);
    }

    /// <summary>The first time decides which kind all are.</summary>
    private bool HasTime(long line, ReadOnlySpan<byte> text, out long time)
    {
        time = 0;
        if (!_hasTimes) return true;
        if (TimeText.TryParse(text, out time, out var kind) && kind == (_timeKind ??= kind))
            return _verdicts.Accept(time, kind);
        _verdicts.Reject(line, text.IsEmpty
            ? $"column '{_schema.TimeColumn}' is empty"
            : $"column '{_schema.TimeColumn}' is {Quoted.Of(Encoding.UTF8.GetString(text))}; expected "
                + $"{TimeText.Expected}, one kind in all rows");
        return false;
    }
}
