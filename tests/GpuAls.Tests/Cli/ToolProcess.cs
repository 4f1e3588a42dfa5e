using System.Diagnostics;
using System.Text;

namespace GpuAls.Tests.Cli;

/// <summary>
/// The built tool as a process of its own, for what no call in this process shows: signals, streams, exit codes.
/// </summary>
internal static class ToolProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>How a shell calls the tool.</summary>
    public static string Command => $"'{Host}' '{Path.Combine(Folder, "GpuAls.Cli.dll")}'";

    private static string Host => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Where the tool was built, with all that it needs and nothing of the tests.</summary>
    public static string Folder { get; } = TestContext.CurrentContext.TestDirectory.Replace(
        Path.Combine("tests", "GpuAls.Tests"), Path.Combine("src", "GpuAls.Cli"), StringComparison.Ordinal);

    /// <summary>Runs a line of a shell to its end.</summary>
    public static async Task<ToolRun> RunAsync(string line, params (string Name, string Value)[] environment)
    {
        using var process = Start(line, environment);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await WaitAsync(process);
        return new ToolRun(process.ExitCode, await output, await error);
    }

    /// <summary>
    /// Runs a command of a shell and sends its process a signal once it has written a text to stderr, also where the
    /// tests themselves are to ignore that signal.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="signal">Such as TERM.</param>
    /// <param name="afterText">The text it waits for.</param>
    /// <param name="sent">Called when the signal is sent.</param>
    public static Task<ToolRun> SignalAsync(string command, string signal, string afterText, Action? sent = null)
    {
        // A thread of its own: what waits for one of the pool, beside other tests, may send it seconds too late.
        return Task.Factory.StartNew(Signal, TaskCreationOptions.LongRunning);

        ToolRun Signal()
        {
            var reset = OperatingSystem.IsLinux() && signal != "KILL" ? $"env --default-signal={signal} " : "";
            using var process = Start($"exec {reset}{command}");
            using var patience = new CancellationTokenSource(Patience);
            using var end = patience.Token.Register(() => process.Kill(entireProcessTree: true));
            var error = new StringBuilder();
            while (!error.ToString().Contains(afterText) && process.StandardError.ReadLine() is { } text)
                error.AppendLine(text);
            sent?.Invoke();
            using (var kill = Process.Start("kill", ["-s", signal, $"{process.Id}"])) kill.WaitForExit();
            error.Append(process.StandardError.ReadToEnd());
            process.WaitForExit();
            return new ToolRun(process.ExitCode, "", error.ToString());
        }
    }

    /// <summary>Runs a command of a shell and kills its process after a while, if it has not ended by then.</summary>
    /// <returns>Its exit code, 137 if it was killed.</returns>
    public static async Task<int> KillAsync(string command, TimeSpan after)
    {
        using var process = Start($"exec {command} > /dev/null 2>&1");
        using var moment = new CancellationTokenSource(after);
        try
        {
            await process.WaitForExitAsync(moment.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await WaitAsync(process);
        }

        return process.ExitCode;
    }

    /// <summary>Starts <c>serve</c> or <c>explore</c> on a free port and waits until it listens.</summary>
    public static async Task<ServerProcess> ServeAsync(string[] args)
    {
        var quoted = args.Select(arg => $"'{arg}'");
        var process = Start($"exec {Command} {string.Join(' ', quoted)} --port 0");
        var (patience, lines) = (new CancellationTokenSource(Patience), new StringBuilder());
        using (patience)
        {
            while (await process.StandardError.ReadLineAsync(patience.Token) is { } line)
            {
                lines.AppendLine(line);
                if (line.StartsWith(ServerProcess.Listens, StringComparison.Ordinal))
                    return new ServerProcess(process, new Uri(line[ServerProcess.Listens.Length..]));
            }
        }

        process.Dispose();
        Assert.Fail(lines.ToString());
        return null!;
    }

    private static Process Start(string line, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("sh", ["-c", line])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["DOTNET_TieredPGO"] = "0"; // a fifth of what a short run takes
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task WaitAsync(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}

/// <summary>A server of the tool, which ends when it is disposed of.</summary>
internal sealed class ServerProcess(Process process, Uri address) : IAsyncDisposable
{
    public const string Listens = "listening on ";

    public Uri Address => address;

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
