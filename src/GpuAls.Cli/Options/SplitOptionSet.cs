using System.CommandLine;

namespace GpuAls.Cli.Options;

/// <summary>How plays are held out, with the defaults of <see cref="SplitOptions"/>.</summary>
internal sealed class SplitOptionSet
{
    private static readonly SplitOptions Default = SplitOptions.Default;

    private readonly Option<string> _split = ChoiceOption.Create(
        "--split", "What is held out: random (each play with the same probability), user (a fraction of each user's plays), leave-out (some plays of each user), leave-last (the newest plays of each user), time (the newest rows).",
        Default.Kind);

    private readonly Option<double> _fraction = NumberOption.Create("--test-fraction", "The fraction held out.", Default.TestFraction);
    private readonly Option<int> _leaveOut = NumberOption.Create("--leave-out", "Plays of each user held out by --split leave-out and leave-last; users who have no more are trained on only.", Default.LeaveOut);
    private readonly Option<int?> _folds = NumberOption.CreateOptional<int>("--folds", "Divide plays into so many parts and hold out each once, instead of --test-fraction.");
    private readonly Option<long> _seed = NumberOption.Create("--split-seed", "The same seed holds out the same plays, and draws the same users for intervals.", Default.Seed);

    private readonly Option<string[]> _test = new Option<string[]>("--test")
    {
        Description = "Plays to test with, in the form of the others, instead of some held out: files, folders or globs.",
        HelpName = "file",
    }.NotEmpty();

    private readonly Option<string[]> _exclude = new Option<string[]>("--exclude")
    {
        Description = "Plays that lists leave out besides those trained on, such as a validation part; with --test only.",
        HelpName = "file",
    }.NotEmpty();

    private readonly Option<string?> _time = new Option<string?>("--time-column") { Description = "Column of the times, for --split time and leave-last: integers, timestamps, or dates of ISO 8601.", HelpName = "name" }.NotEmpty();

    public void AddTo(Command command)
    {
        Option[] options = [_split, _fraction, _leaveOut, _time, _folds, _test, _exclude, _seed];
        foreach (var option in options) command.Add(option);
    }

    /// <summary>The files to test with; empty where plays are held out.</summary>
    public IReadOnlyList<string> Test(ParseResult result) => result.GetValue(_test) ?? [];

    /// <summary>The files with plays that lists leave out besides.</summary>
    public IReadOnlyList<string> Exclude(ParseResult result) => result.GetValue(_exclude) ?? [];

    /// <summary>The column of the times; null without one.</summary>
    public string? TimeColumn(ParseResult result) => result.GetValue(_time);

    /// <exception cref="GpuAlsException">Kind Usage: an option that has no effect beside the others.</exception>
    public SplitOptions Read(ParseResult result)
    {
        var kind = Words.TryParse<SplitKind>(result.GetRequiredValue(_split), out var given) ? given : default;
        var isCounted = kind is SplitKind.LeaveOut or SplitKind.LeaveLast;
        RefuseIdle(result, _leaveOut, isCounted, "without --split leave-out or leave-last");
        RefuseIdle(result, _fraction, !isCounted, $"with --split {result.GetValue(_split)}");
        RefuseIdle(result, _fraction, !result.IsGiven(_folds), "with --folds");
        foreach (var option in new Option[] { _split, _fraction, _leaveOut, _folds }) RefuseIdle(result, option, Test(result).Count == 0, "with --test");
        return new SplitOptions
        {
            Kind = kind,
            TestFraction = result.GetValue(_fraction),
            LeaveOut = result.GetValue(_leaveOut),
            Folds = result.GetValue(_folds),
            Seed = result.GetValue(_seed),
        };
    }

    private static void RefuseIdle(ParseResult result, Option option, bool isUsed, string reason)
    {
        if (result.IsGiven(option) && !isUsed) throw new GpuAlsException(FailureKind.Usage, $"{option.Name} has no effect {reason}. Leave it out.");
    }
}
