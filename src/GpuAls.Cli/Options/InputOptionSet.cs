using System.CommandLine;
using System.CommandLine.Parsing;

namespace GpuAls.Cli.Options;

/// <summary>Where the plays are and which columns hold them, with the defaults of <see cref="InteractionSchema"/>.</summary>
/// <param name="isOptional">Whether a command can do without plays.</param>
internal sealed class InputOptionSet(bool isOptional = false)
{
    private static readonly InteractionSchema Default = new();

    private readonly Argument<string[]> _plays = new("plays")
    {
        Description = "Parquet, delimited text (.csv .tsv .dat .txt) or JSON Lines (.jsonl .ndjson .json), text also .gz .bz2 .zst: files, folders or globs.",
        Arity = isOptional ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _user = Column("--user-column", "Column of the user ids.", Default.UserColumn);
    private readonly Option<string> _item = Column("--item-column", "Column of the item ids.", Default.ItemColumn);
    private readonly Option<string?> _weight = new("--weight-column")
    {
        Description = "Column of the weights, such as play counts. Without it each row counts 1.",
        HelpName = "name",
    };

    private readonly Option<bool> _noHeader = new("--no-header") { Description = "Text without a header: columns are given as numbers from 1." };
    private readonly Option<string?> _delimiter = new("--delimiter")
    {
        Description = "What separates the fields of text: tab, or one or more ASCII characters. Default: by extension and first line.",
        HelpName = "c",
    };

    private readonly Option<string?> _escape = new("--escape")
    {
        Description = "What stands before a quote in a quoted field: backslash, quote (quotes are doubled) or another character. Default: what the file shows.",
        HelpName = "c",
    };

    private readonly Option<string?> _comment = new("--comment-prefix")
    {
        Description = "Skip lines of delimited text that begin with this.",
        HelpName = "text",
    };

    private readonly Option<bool> _decimalComma = new("--decimal-comma") { Description = "Weights in text have a decimal comma: 4,5 is four and a half." };

    private readonly Option<string> _onBadRow = new Option<string>("--on-bad-row")
    {
        Description = "Rows with an id that is null, empty or not valid UTF-8, or a weight that is not a finite number: fail, or skip and count them.",
        DefaultValueFactory = _ => "fail",
    }.OneOf(["fail", "skip"]);

    public void AddTo(Command command)
    {
        _plays.Validators.Add(RefuseUnknownOptions);
        command.Add(_plays);
        Option[] options = [_user, _item, _weight, _noHeader, _delimiter, _escape, _comment, _decimalComma, _onBadRow];
        foreach (var option in options) command.Add(option);
    }

    public IReadOnlyList<string> Locations(ParseResult result) => result.GetValue(_plays) ?? [];

    public InteractionSchema Schema(ParseResult result) => new()
    {
        UserColumn = result.GetRequiredValue(_user),
        ItemColumn = result.GetRequiredValue(_item),
        WeightColumn = result.GetValue(_weight),
        HasHeader = !result.GetValue(_noHeader),
        Delimiter = result.GetValue(_delimiter) is "tab" or "\\t" ? "\t" : result.GetValue(_delimiter),
        Escape = result.GetValue(_escape) is { } escape ? InputParameters.EscapeOf(escape) : null,
        CommentPrefix = result.GetValue(_comment),
        HasDecimalComma = result.GetValue(_decimalComma),
        OnBadRow = result.GetValue(_onBadRow) == "skip" ? OnBadRow.Skip : OnBadRow.Fail,
    };

    /// <summary>A mistyped option would be taken for one more file.</summary>
    private static void RefuseUnknownOptions(ArgumentResult result)
    {
        foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-') && !Path.Exists(token.Value)))
            result.AddError($"'{token.Value}' is not an option of this command, nor a file.");
    }

    private static Option<string> Column(string name, string description, string fallback) =>
        new(name) { Description = description, HelpName = "name", DefaultValueFactory = _ => fallback };
}
