using System.Diagnostics;

namespace GpuAls.Tests.Mpi;

/// <summary>
/// Processes of the probe, started by the mpirun of a library; tests are skipped where it is missing.
/// </summary>
/// <param name="ExitCode">Of mpirun.</param>
/// <param name="Output">What all processes wrote to standard output.</param>
/// <param name="Error">What they and mpirun wrote to standard error.</param>
/// <param name="Time">How long it took.</param>
internal sealed record MpiRun(int ExitCode, string Output, string Error, TimeSpan Time)
{
    public const string OpenMpi = "mpirun.openmpi";
    public const string Mpich = "mpirun.mpich";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    /// <summary>Lines of the standard output, in an order that doesn't depend on which process was faster.</summary>
    public string[] Lines { get; } = [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Order(StringComparer.Ordinal)];

    /// <summary>Runs the probe, and waits for it.</summary>
    /// <param name="launcher">mpirun of a library.</param>
    /// <param name="size">Number of processes.</param>
    /// <param name="arguments">For the probe.</param>
    public static Task<MpiRun> Probe(string launcher, int size, params string[] arguments) =>
        Run(launcher, ["-n", $"{size}", .. ProbeCommand, .. arguments]);

    /// <summary>The command that starts one probe.</summary>
    public static string[] ProbeCommand { get; } =
        ["dotnet", Path.Combine(TestContext.CurrentContext.TestDirectory, "GpuAls.MpiProbe.dll")];

    /// <summary>Runs mpirun, and waits for it.</summary>
    /// <param name="launcher">mpirun of a library.</param>
    /// <param name="arguments">For mpirun.</param>
    /// <param name="variables">For mpirun; null removes one.</param>
    public static async Task<MpiRun> Run(
        string launcher, string[] arguments, params (string Name, string? Value)[] variables)
    {
        RequireInstalled(launcher);
        string[] onAnyMachine = launcher == OpenMpi ? ["--allow-run-as-root", "--oversubscribe"] : [];
        return await Run([launcher, .. onAnyMachine, .. arguments], variables);
    }

    /// <summary>Runs a command, and waits for it.</summary>
    public static async Task<MpiRun> Run(string[] command, params (string Name, string? Value)[] variables)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true, // mpirun would take what is typed
        };
        start.Environment["TERM"] = "dumb"; // Open MPI gives the processes a terminal
        foreach (var (name, value) in variables) start.Environment[name] = value;
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{string.Join(' ', command)} did not end:\n{await output}\n{await error}");
        }

        return new MpiRun(process.ExitCode, await output, await error, clock.Elapsed);
    }

    public static bool IsInstalled(string launcher) => Environment.GetEnvironmentVariable("PATH")!
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, launcher)));

    public static void RequireInstalled(string launcher)
    {
        if (!IsInstalled(launcher)) Missing($"{launcher} is not installed (Debian: apt-get install openmpi-bin mpich)");
    }

    /// <summary>Skips the test, or fails it where all servers and launchers must be there.</summary>
    public static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("TESTS_REQUIRE_SERVERS") == "1") Assert.Fail(reason);
        Assert.Ignore(reason);
    }
}
