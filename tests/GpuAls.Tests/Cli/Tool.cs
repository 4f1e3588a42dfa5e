using GpuAls.Cli;

namespace GpuAls.Tests.Cli;

/// <summary>Runs the tool in this process, as a user would: arguments in; exit code, stdout and stderr out.</summary>
internal static class Tool
{
    public static Task<ToolRun> RunAsync(params string[] args) => RunAsync([], args);

    /// <summary>Runs with variables of the environment, each as <c>NAME=VALUE</c>.</summary>
    public static async Task<ToolRun> RunAsync(string[] variables, string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new CliConsole(output, error, IsTerminal: false)
        {
            Variables = variables.Select(variable => variable.Split('=', 2))
                .ToDictionary(pair => pair[0], pair => pair[1]),
        };
        var exitCode = await CommandLine.RunAsync(args, console);
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs and expects success.</summary>
    public static async Task<ToolRun> SucceedAsync(params string[] args)
    {
        var run = await RunAsync(args);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run;
    }
}

/// <summary>What a run gave.</summary>
internal sealed record ToolRun(int ExitCode, string Out, string Error)
{
    /// <summary>Stdout as lines, without the last, empty one.</summary>
    public string[] Lines => Out.TrimEnd('\n').Split('\n');
}
