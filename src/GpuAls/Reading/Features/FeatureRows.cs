using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What a column of features holds.</summary>
[JsonConverter(typeof(WordConverter<FeatureKind>))]
internal enum FeatureKind
{
    /// <summary>Numbers, or text, as the values show.</summary>
    [JsonStringEnumMemberName("automatic")]
    Automatic,

    /// <summary>Numbers.</summary>
    [JsonStringEnumMemberName("number")]
    Number,

    /// <summary>One text, each a feature.</summary>
    [JsonStringEnumMemberName("category")]
    Category,

    /// <summary>Lists of texts, each a feature.</summary>
    [JsonStringEnumMemberName("tags")]
    Tags,
}

/// <summary>A column of a file of features that is read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it holds.</param>
internal sealed record FeatureColumn(string Name, FeatureKind Kind)
{
    /// <summary>A column as on the command line: a name, maybe with what it holds, as in year:number.</summary>
    public static FeatureColumn Parse(string text)
    {
        foreach (var kind in (FeatureKind[])[FeatureKind.Number, FeatureKind.Category, FeatureKind.Tags])
        {
            var suffix = $":{Words.Of(kind)}";
            if (text.EndsWith(suffix, StringComparison.Ordinal) && text.Length > suffix.Length)
                return new FeatureColumn(text[..^suffix.Length], kind);
        }

        return new FeatureColumn(text, FeatureKind.Automatic);
    }

    /// <summary>As it is parsed.</summary>
    public override string ToString() => Kind == FeatureKind.Automatic ? Name : $"{Name}:{Words.Of(Kind)}";
}

/// <summary>How a file of features is read.</summary>
internal sealed record FeatureSchema
{
    /// <summary>The option that names the file, for messages.</summary>
    public required string Option { get; init; }

    /// <summary>The column of ids.</summary>
    public required string IdColumn { get; init; }

    /// <summary>The option that names the column of ids.</summary>
    public required string IdOption { get; init; }

    /// <summary>The columns that are read; empty for all but the one of ids.</summary>
    public IReadOnlyList<FeatureColumn> Columns { get; init; } = [];

    /// <summary>What separates the tags in a text; null where a text is one category.</summary>
    public string? Separator { get; init; }

    /// <summary>How text is read, and what happens to rows without an id.</summary>
    public required InteractionSchema Text { get; init; }

    /// <summary>Whether a column is read.</summary>
    public bool Has(string name) =>
        name != IdColumn && (Columns.Count == 0 || Columns.Any(column => column.Name == name));
}

/// <summary>The value of a row in a column: nothing, a number, a text or a list of texts.</summary>
internal readonly struct FeatureCell
{
    private readonly object? _value;

    private FeatureCell(double number, object? value) => (Number, _value) = (number, value);

    /// <summary>Nothing is known.</summary>
    public static FeatureCell Missing => new(double.NaN, null);

    /// <summary>The number; NaN where it is none.</summary>
    public double Number { get; }

    /// <summary>The text; null where it is none.</summary>
    public string? Text => _value as string;

    /// <summary>The list; null where it is none.</summary>
    public string[]? List => _value as string[];

    /// <summary>Whether there is a number, which may be infinite.</summary>
    public bool IsNumber => _value is null && !double.IsNaN(Number);

    /// <summary>A number; NaN is missing, as tables of pandas have it.</summary>
    public static FeatureCell Of(double number) => new(number, null);

    /// <summary>A text; an empty one is missing.</summary>
    public static FeatureCell Of(string text) => text.Length == 0 ? Missing : new(double.NaN, text);

    /// <summary>A list.</summary>
    public static FeatureCell Of(string[] list) => new(double.NaN, list);
}

/// <summary>The rows of a file of features, column by column.</summary>
internal sealed class FeatureRows
{
    private const int ShownBadRows = 5;

    private readonly FeatureSchema _schema;
    private readonly List<string> _ids = [];
    private readonly List<string> _places = [];
    private readonly Dictionary<string, int> _rowOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<FeatureCell>> _columns = new(StringComparer.Ordinal);
    private readonly List<string> _bad = [];
    private long _badCount;

    /// <param name="schema">How they are read.</param>
    public FeatureRows(FeatureSchema schema) => _schema = schema;

    /// <summary>The id of each row.</summary>
    public IReadOnlyList<string> Ids => _ids;

    /// <summary>The columns, in the order in which they first appeared.</summary>
    public IReadOnlyDictionary<string, List<FeatureCell>> Columns => _columns;

    /// <summary>Rows that were skipped.</summary>
    public long BadCount => _badCount;

    /// <summary>Where a row is, for messages, such as movies.csv, line 7.</summary>
    public string PlaceOf(int row) => _places[row];

    /// <summary>Adds a column, which may have no value in any row.</summary>
    public void AddColumn(string name)
    {
        if (_schema.Has(name)) _columns.TryAdd(name, []);
    }

    /// <summary>Begins a row.</summary>
    /// <param name="id">The id; null or empty where there is none.</param>
    /// <param name="place">Where the row is.</param>
    /// <returns>False if it is a bad row, which is left out.</returns>
    /// <exception cref="GpuAlsException">Kind BadInput: the id was there before.</exception>
    public bool Begin(string? id, string place)
    {
        if (string.IsNullOrEmpty(id))
        {
            Reject(place, $"the id is {(id is null ? "null" : "empty")}");
            return false;
        }

        if (!_rowOf.TryAdd(id, _ids.Count))
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"{place}: the id {Quoted.Of(id)} is already in {_places[_rowOf[id]]}; {_schema.Option} expects one "
                + "row per id. Remove one of them.");
        _ids.Add(id);
        _places.Add(place);
        return true;
    }

    /// <summary>Leaves a row out, or makes the file be refused when it is read.</summary>
    public void Reject(string place, string problem)
    {
        _badCount++;
        if (_bad.Count < ShownBadRows) _bad.Add($"{place}: {problem}.");
    }

    /// <summary>Sets a value of the row that was begun last.</summary>
    public void Set(string column, FeatureCell cell)
    {
        if (!_schema.Has(column)) return;
        if (!_columns.TryGetValue(column, out var cells)) _columns.Add(column, cells = []);
        while (cells.Count < _ids.Count - 1) cells.Add(FeatureCell.Missing);
        if (cells.Count < _ids.Count) cells.Add(cell);
        else cells[_ids.Count - 1] = cell;
    }

    /// <summary>All files have been read.</summary>
    /// <param name="location">What was read, for messages.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: there are bad rows and they are not skipped, no rows, or a column is missing.
    /// </exception>
    public void End(string location)
    {
        if (_badCount > 0 && _schema.Text.OnBadRow == OnBadRow.Fail)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"'{location}' ({_schema.Option}) has {Counted.Of(_badCount, "bad row")}:\n"
                + string.Join('\n', _bad) + "\nFix these rows, or pass --on-bad-row skip to drop them.");
        if (_ids.Count == 0)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"'{location}' ({_schema.Option}) has no rows; expected one row per id, with its features in columns.");
        foreach (var column in _schema.Columns)
            if (!_columns.ContainsKey(column.Name))
                throw new GpuAlsException(
                    FailureKind.BadInput,
                    $"'{location}' has no column {Quoted.Of(column.Name)} ({_schema.Option}). It has: "
                    + $"{string.Join(", ", _columns.Keys)}.");
        foreach (var cells in _columns.Values)
            while (cells.Count < _ids.Count) cells.Add(FeatureCell.Missing);
    }
}
