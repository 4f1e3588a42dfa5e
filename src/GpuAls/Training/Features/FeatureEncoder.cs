using System.Globalization;

namespace GpuAls;

/// <summary>
/// Makes numbers of features. A number becomes a column of mean 0 and standard deviation 1; each category and each tag
/// a column, 1/√n in the rows that have n tags of that column of the file, so that a file's column has about the same
/// length in each row. The first column is the bias. What is missing is 0: the mean of a number, no category, no tag.
/// </summary>
internal sealed class FeatureEncoder
{
    /// <summary>W of so many columns takes some hundred megabytes at a usual rank.</summary>
    internal const int MostColumns = 100_000;

    private readonly FeatureRows _rows;
    private readonly FeatureSchema _schema;
    private readonly int _minCount;
    private readonly string _location;
    private readonly List<string> _names = [FeatureTable.Bias];
    private readonly List<FeatureColumnSummary> _summary = [];
    private readonly List<(int Column, float Value)>[] _entries;

    private FeatureEncoder(FeatureRows rows, FeatureSchema schema, int minCount, string location)
    {
        (_rows, _schema, _minCount, _location) = (rows, schema, minCount, location);
        _entries = [.. rows.Ids.Select(_ => new List<(int Column, float Value)> { (0, 1) })];
    }

    /// <summary>Encodes the rows of a file.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="schema">What they were read by.</param>
    /// <param name="minCount">Rows that a category or a tag needs, or is left out.</param>
    /// <param name="location">The file, for messages.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: a value does not fit its column, there are too many features, or none.
    /// </exception>
    public static (FeatureTable Table, IReadOnlyList<FeatureColumnSummary> Columns) Encode(
        FeatureRows rows, FeatureSchema schema, int minCount, string location)
    {
        var encoder = new FeatureEncoder(rows, schema, minCount, location);
        foreach (var (name, cells) in rows.Columns) encoder.Add(name, cells);
        return (encoder.Build(), encoder._summary);
    }

    private void Add(string name, List<FeatureCell> cells)
    {
        var kind = _schema.Columns.FirstOrDefault(column => column.Name == name)?.Kind ?? FeatureKind.Automatic;
        if (kind == FeatureKind.Automatic)
            kind = cells.Exists(cell => cell.List is not null) ? FeatureKind.Tags
                : cells.TrueForAll(cell => cell.List is null && (cell.Text is null || NumberOf(cell) is not null))
                    ? FeatureKind.Number
                : _schema.Separator is not null ? FeatureKind.Tags
                : FeatureKind.Category;
        var before = _names.Count;
        var dropped = kind == FeatureKind.Number ? AddNumber(name, cells) : AddTags(name, cells, kind);
        _summary.Add(new FeatureColumnSummary(name, kind, _names.Count - before, dropped));
        if (_names.Count > MostColumns)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"'{_location}' ({_schema.Option}) has more than {MostColumns:N0} features up to its column "
                + $"{Quoted.Of(name)}. Raise --min-feature-count (now {_minCount}), or choose columns with "
                + $"{_schema.Option[..^1]}-columns.");
    }

    /// <returns>Features that were left out.</returns>
    private int AddNumber(string name, List<FeatureCell> cells)
    {
        var numbers = new double?[cells.Count];
        for (var row = 0; row < numbers.Length; row++)
        {
            if (cells[row] is { IsNumber: false, Text: null, List: null }) continue;
            numbers[row] = NumberOf(cells[row]) is { } number && double.IsFinite(number) && Math.Abs(number) < 1e150
                ? number
                : throw Bad(row, name, cells[row], "a finite number");
        }

        var known = numbers.Where(number => number is not null).Select(number => number!.Value).ToArray();
        if (known.Length == 0) return 1;
        var mean = known.Average();
        var deviation = Math.Sqrt(known.Average(number => (number - mean) * (number - mean)));
        if (deviation <= 1e-12 * Math.Abs(mean)) return 1;
        for (var row = 0; row < numbers.Length; row++)
            if (numbers[row] is { } number && (float)((number - mean) / deviation) is var value and not 0)
                _entries[row].Add((_names.Count, value));
        _names.Add(name);
        return 0;
    }

    /// <returns>Features that were left out.</returns>
    private int AddTags(string name, List<FeatureCell> cells, FeatureKind kind)
    {
        var tags = new string[cells.Count][];
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var row = 0; row < tags.Length; row++)
        {
            tags[row] = TagsOf(row, name, cells[row], kind);
            foreach (var tag in tags[row]) counts[tag] = counts.GetValueOrDefault(tag) + 1;
        }

        // What every row has is the bias once more.
        string[] kept = [.. counts.Where(tag => tag.Value >= _minCount && tag.Value < cells.Count)
            .Select(tag => tag.Key).Order(StringComparer.Ordinal)];
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var tag in kept)
        {
            columns.Add(tag, _names.Count);
            _names.Add($"{name}={tag}");
        }

        for (var row = 0; row < tags.Length; row++)
        {
            var own = tags[row].Where(columns.ContainsKey).Select(tag => columns[tag]).Order().ToArray();
            foreach (var column in own) _entries[row].Add((column, (float)(1 / Math.Sqrt(own.Length))));
        }

        return counts.Count - kept.Length;
    }

    /// <summary>The tags of a row, each once.</summary>
    private string[] TagsOf(int row, string name, FeatureCell cell, FeatureKind kind)
    {
        if (kind == FeatureKind.Category && cell.List is not null)
            throw Bad(row, name, cell, "one category, not a list");
        if (cell.List is { } list) return [.. list.Where(tag => tag.Length > 0).Distinct(StringComparer.Ordinal)];
        if (cell.IsNumber) return [cell.Number.ToString(CultureInfo.InvariantCulture)];
        if (cell.Text is not { } text) return [];
        if (kind == FeatureKind.Category || _schema.Separator is not { } separator) return [text];
        return [.. text.Split(
                separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The number of a cell, which text may be too; null where it is none.</summary>
    private double? NumberOf(FeatureCell cell)
    {
        if (cell.IsNumber) return cell.Number;
        if (cell.Text is not { } text) return null;
        if (_schema.Text.HasDecimalComma) text = text.Replace(',', '.');
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) ? number : null;
    }

    private GpuAlsException Bad(int row, string name, FeatureCell cell, string expected) => new(
        FailureKind.BadInput,
        $"{_rows.PlaceOf(row)}: {Quoted.Of(name)} is "
        + (cell.List is not null
            ? "a list"
            : Quoted.Of(cell.Text ?? cell.Number.ToString(CultureInfo.InvariantCulture)))
        + $"; expected {expected}.");

    private FeatureTable Build()
    {
        if (_names.Count == 1)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"'{_location}' ({_schema.Option}) has no features: {Nothing()}.");
        var indptr = new long[_entries.Length + 1];
        for (var row = 0; row < _entries.Length; row++) indptr[row + 1] = indptr[row] + _entries[row].Count;
        return new FeatureTable(
            new IdIndex<string>([.. _rows.Ids]), [.. _names],
            new CsrMatrix(
                _names.Count, indptr, [.. _entries.SelectMany(row => row.Select(entry => entry.Column))],
                [.. _entries.SelectMany(row => row.Select(entry => entry.Value))]));
    }

    private string Nothing() => _summary.Count == 0
        ? $"it has no column but {Quoted.Of(_schema.IdColumn)}, the ids"
        : $"each column has the same value in all rows, or only values of fewer than {Counted.Of(_minCount, "row")} "
            + "(--min-feature-count)";
}

/// <summary>What became of a column of a file of features.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Features">Features that it gave.</param>
/// <param name="Dropped">Features that are too rare, or the same in all rows.</param>
internal sealed record FeatureColumnSummary(string Name, FeatureKind Kind, int Features, int Dropped);
