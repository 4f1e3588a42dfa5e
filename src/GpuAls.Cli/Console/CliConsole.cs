using System.Collections;
using System.Text;

namespace GpuAls.Cli;

/// <summary>
/// Where the tool writes: results to <see cref="Out"/>, all else to <see cref="Error"/>. Tests put their own writers
/// in.
/// </summary>
/// <param name="Out">Results only.</param>
/// <param name="Error">Progress, warnings, errors.</param>
/// <param name="IsTerminal">Whether <paramref name="Error"/> is a terminal that can draw bars.</param>
internal sealed record CliConsole(TextWriter Out, TextWriter Error, bool IsTerminal)
{
    private const int BufferChars = 1 << 16;

    /// <summary>Whether <see cref="Out"/> is a terminal, whose reader wants tables rather than CSV.</summary>
    public bool IsOutTerminal { get; init; }

    /// <summary>The variables of the environment that may give options, by name.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The processes that a launcher started for this run.</summary>
    public JobProcesses Processes { get; init; } = JobProcesses.Alone;

    /// <summary>What watches the run.</summary>
    public RunWatch Watch { get; } = new();

    /// <summary>The streams of this process, in UTF-8 whatever the locale: ids are in any script.</summary>
    public static CliConsole System()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var processes = JobProcesses.Detect(Environment.GetEnvironmentVariable);
        // mpirun may give each process a terminal, which belongs to none of them: nothing is to set it up.
        if (processes.AreSeveral) Environment.SetEnvironmentVariable("TERM", "dumb");
        else global::System.Console.OutputEncoding = utf8;
        var isRedirected = processes.AreSeveral || global::System.Console.IsOutputRedirected;
        var output = isRedirected
            ? new StreamWriter(global::System.Console.OpenStandardOutput(), utf8, BufferChars)
            : global::System.Console.Out;
        var error = processes.AreSeveral
            ? new StreamWriter(global::System.Console.OpenStandardError(), utf8) { AutoFlush = true }
            : global::System.Console.Error;
        return new CliConsole(output, error, !processes.AreSeveral && !global::System.Console.IsErrorRedirected)
        {
            IsOutTerminal = !isRedirected,
            Processes = processes,
            Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .Where(variable => ((string)variable.Key).StartsWith(OptionLayers.Prefix, StringComparison.Ordinal))
                .ToDictionary(variable => (string)variable.Key, variable => (string)variable.Value!),
        };
    }

    /// <summary>The console of a process for which another one speaks.</summary>
    public CliConsole Muted() => new(TextWriter.Null, TextWriter.Null, IsTerminal: false)
    {
        Processes = Processes,
        Variables = Variables,
    };

    /// <summary>Brings all results to their reader.</summary>
    /// <exception cref="GpuAlsException">Kind Output: they cannot be written.</exception>
    public async Task FlushResultsAsync()
    {
        try
        {
            await Out.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new GpuAlsException(
                FailureKind.Output,
                $"cannot write the results to stdout: {exception.Message.TrimEnd('.')}. Send them elsewhere.",
                exception);
        }
    }
}
