using static GpuAls.Parameter<GpuAls.Cli.ConfigOptions>;

namespace GpuAls.Cli;

/// <summary>Where options come from besides the command line, and whether they are shown instead of used.</summary>
internal sealed record ConfigOptions
{
    /// <summary>A file of options, .json, .yaml or .yml; null for none.</summary>
    public string? File { get; init; }

    /// <summary>Whether the options are printed, and nothing else is done.</summary>
    public bool Print { get; init; }

    /// <summary>Whether the command tells what it would do, and writes nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>The declaration of a dry run, for the commands that have one.</summary>
    public static Parameter<ConfigOptions> DryRunOption { get; } =
        Flag("dry-run", o => o.DryRun, (o, value) => o with { DryRun = value }) with
        {
            Group = ParameterGroup.Configuration,
            Summary = "Check input, options and outputs, estimate the memory, and write nothing",
        };

    /// <summary>The declarations for every command.</summary>
    public static ParameterTable<ConfigOptions> Table { get; } = new(new ConfigOptions(),
    [
        Text("config", o => o.File, (o, path) => o with { File = path }) with
        {
            Group = ParameterGroup.Configuration,
            ValueName = "FILE",
            Summary = "Read options from a file (.json, .yaml)",
            Details = "Its keys are the names of options, without dashes. Variables such as GPUALS_RANK override it, "
                + "and the command line overrides both.",
        },
        Flag("print-config", o => o.Print, (o, value) => o with { Print = value }) with
        {
            Group = ParameterGroup.Configuration,
            Summary = "Print the effective options as JSON for --config, and exit",
            Details = "Where each option comes from is printed on stderr.",
        },
    ]);
}
