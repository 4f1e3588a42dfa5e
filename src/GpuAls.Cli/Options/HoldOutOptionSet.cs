using System.CommandLine;
using GpuAls.App;

namespace GpuAls.Cli.Options;

/// <summary>What commands share that measure with plays that are held out, with the defaults of <see cref="HoldOutJobOptions"/>.</summary>
/// <param name="input">The plays.</param>
/// <param name="report">The option of the page.</param>
internal sealed class HoldOutOptionSet(InputOptionSet input, Option<string?> report)
{
    private readonly SplitOptionSet _split = new();
    private readonly Option<int> _bootstrap = NumberOption.Create("--bootstrap", "How often users are drawn again for 95 % intervals; 0 makes none.", HoldOutJobOptions.DefaultResamples);

    public void AddTo(Command command)
    {
        _split.AddTo(command);
        Option[] options = [_bootstrap, report];
        foreach (var option in options) command.Add(option);
    }

    /// <summary>The options of a job with what was typed.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: an option that has no effect beside the others.</exception>
    public T Read<T>(ParseResult result, T options)
        where T : HoldOutJobOptions => options with
        {
            Test = _split.Test(result),
            Exclude = _split.Exclude(result),
            Schema = input.Schema(result) with { TimeColumn = _split.TimeColumn(result) },
            Split = _split.Read(result),
            Resamples = result.GetValue(_bootstrap),
            Report = CommonOptions.ReportOf(result, report),
        };
}
