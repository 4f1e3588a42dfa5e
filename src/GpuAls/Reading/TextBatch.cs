namespace GpuAls.Reading;

/// <summary>Gathers the rows of a text batch; the text of all ids stands in a few large blocks, not in a string each.</summary>
internal sealed class TextBatch
{
    private const int BlockChars = 1 << 16;

    private readonly List<ReadOnlyMemory<char>> _users = [];
    private readonly List<ReadOnlyMemory<char>> _items = [];
    private readonly List<float> _weights = [];
    private Memory<char> _free = new char[BlockChars];

    public int Count => _users.Count;

    public void Add(DelimitedLines line, DelimitedColumns columns, float weight)
    {
        _users.Add(Keep(line.Field(columns.User)));
        _items.Add(Keep(line.Field(columns.Item)));
        _weights.Add(weight);
    }

    public InteractionBatch Build(InputFile file, bool hasWeights, long rowsInFile, RowVerdicts verdicts, double fraction) => new()
    {
        File = file,
        Users = new TextIds(_users.ToArray(), MayBeIntegers: true),
        Items = new TextIds(_items.ToArray(), MayBeIntegers: true),
        Weights = hasWeights ? [.. _weights] : null,
        RowsInFile = rowsInFile,
        ZeroWeightRows = verdicts.ZeroWeightRows,
        BadRows = verdicts.BadRows,
        FirstBadRows = verdicts.FirstBadRows,
        Fraction = fraction,
    };

    private ReadOnlyMemory<char> Keep(ReadOnlySpan<char> text)
    {
        if (text.Length > _free.Length) _free = new char[Math.Max(BlockChars, text.Length)];
        var kept = _free[..text.Length];
        text.CopyTo(kept.Span);
        _free = _free[text.Length..];
        return kept;
    }
}
