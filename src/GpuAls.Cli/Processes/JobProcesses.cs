using System.Text.Json;
using GpuAls.App;
using GpuAls.Mpi;

namespace GpuAls.Cli;

/// <summary>
/// The processes that a launcher such as mpirun started for this run; most runs are of one. Process 0 speaks for all:
/// the others say nothing, unless they fail alone.
/// </summary>
internal sealed class JobProcesses : IDisposable
{
    /// <summary>
    /// What most processes fail by, such as a file that is not there, process 0 says. Others wait so long for it before
    /// they speak.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>What mpirun takes to pass on the last words of a process; an abort may lose them.</summary>
    private static readonly TimeSpan Forwarding = TimeSpan.FromMilliseconds(300);

    private readonly MpiLaunch? _launch;
    private MpiProcessGroup? _group;

    private readonly GpuAlsException? _mistake;

    private JobProcesses(MpiLaunch? launch, GpuAlsException? mistake = null) =>
        (_launch, _mistake) = (launch, mistake);

    /// <summary>One process.</summary>
    public static JobProcesses Alone { get; } = new(null);

    /// <summary>Whether a launcher started several.</summary>
    public bool AreSeveral => _launch is not null;

    /// <summary>Whether this one writes results and the log.</summary>
    public bool Speaks => _launch is null or { Rank: 0 };

    /// <summary>The processes, once they are joined.</summary>
    public IProcessGroup Group => _group ?? (IProcessGroup)SingleProcess.Instance;

    /// <summary>Which of the processes of its machine this is.</summary>
    public LocalProcess Local => _group is null
        ? LocalProcess.Alone
        : new LocalProcess(_group.LocalRank, Hosts().Count(host => host == _group.HostOf(_group.Rank)));

    /// <summary>What to tell of them, once each has a device; null for one process.</summary>
    /// <param name="device">That of this process, such as <c>cuda:0</c>.</param>
    public ProcessesJoined? JoinedOn(string device) => _group is null
        ? null
        : new ProcessesJoined(
            _group.Size, Hosts().Distinct().Count(),
            _group.LibraryVersion + (_group.TakesDeviceMemory ? " (CUDA-aware)" : ""),
            [.. _group.AllGather(device).Distinct().Order()]);

    /// <summary>Looks for a launcher. Where it made a mistake, <see cref="Join"/> says so.</summary>
    /// <param name="variable">Gives the value of an environment variable, or null.</param>
    public static JobProcesses Detect(Func<string, string?> variable)
    {
        try
        {
            return MpiLaunch.Detect(variable) is { } launch ? new JobProcesses(launch) : Alone;
        }
        catch (GpuAlsException mistake)
        {
            return new JobProcesses(null, mistake);
        }
    }

    /// <summary>
    /// Joins the processes, before anything that can fail in one of them alone: the others would wait for it for good.
    /// </summary>
    /// <param name="stop">Ends calls that wait for other processes.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: there is no MPI library, or the processes cannot find each other.
    /// </exception>
    public void Join(CancellationToken stop)
    {
        if (_mistake is not null) throw _mistake;
        _group = _launch?.Open(stop);
    }

    /// <summary>Refuses a job whose processes run another version, or have other options.</summary>
    /// <param name="options">The options of this process, as JSON.</param>
    /// <exception cref="GpuAlsException">Kind Usage: they differ; on all processes alike.</exception>
    public void RequireSameJob(string options)
    {
        if (_group is null) return;
        RequireSame("gpuals", ProductVersion.Text, "Install the same version on all machines.");
        var texts = _group.AllGather(options);
        var other = Array.FindIndex(texts, text => text != texts[0]);
        if (other <= 0) return;
        var (first, second) = (Properties(texts[0]), Properties(texts[other]));
        var name = first.Keys.Union(second.Keys)
            .First(key => first.GetValueOrDefault(key) != second.GetValueOrDefault(key));
        throw Differ(
            Option(name, second), other, Option(name, first),
            "Give all processes the same options: on the command line, or in a --config file and GPUALS_ variables "
            + "that are the same on all machines.");
    }

    /// <summary>Refuses a job whose processes differ.</summary>
    /// <param name="what">What differs, such as <c>--device</c>.</param>
    /// <param name="value">What it is in this process.</param>
    /// <param name="remedy">What to do, in sentences.</param>
    /// <exception cref="GpuAlsException">Kind Usage: they differ; on all processes alike.</exception>
    public void RequireSame(string what, string value, string remedy)
    {
        if (_group is null) return;
        var values = _group.AllGather(value);
        var other = Array.FindIndex(values, text => text != values[0]);
        if (other > 0) throw Differ($"{what} {values[other]}", other, $"{what} {values[0]}", remedy);
    }

    /// <summary>What a failure of this process begins with, where it is not that of all.</summary>
    public string Prefix => _group is not null
        ? $"process {_group.Rank} of {_group.Size} on {_group.HostOf(_group.Rank)}: "
        : _launch is null ? "" : $"process {_launch.Rank} on {Environment.MachineName}: ";

    /// <summary>Ends all processes of a run that failed, and says why where process 0 does not.</summary>
    /// <param name="exitCode">What the launcher is to end with.</param>
    /// <param name="log">Where a process that fails alone says so.</param>
    /// <param name="failure">What failed.</param>
    /// <param name="stop">That the launcher ends this process, since process 0 has spoken.</param>
    public async Task EndAsync(int exitCode, RunLog log, string failure, CancellationToken stop)
    {
        if (!Speaks)
        {
            await Task.Delay(Patience, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested) return;
            log.Write(CliEvents.Failed.Line($"{Prefix}{failure}", exitCode));
        }

        await Task.Delay(Forwarding, CancellationToken.None).ConfigureAwait(false);
        _group?.Abort(exitCode);
    }

    /// <inheritdoc/>
    public void Dispose() => _group?.Dispose();

    private GpuAlsException Differ(string one, int process, string other, string remedy) => new(
        FailureKind.Usage,
        $"process {process} on {_group!.HostOf(process)} has {one}, and process 0 on {_group.HostOf(0)} has {other}. "
        + remedy);

    private static string Option(string name, Dictionary<string, string> options) =>
        options.TryGetValue(name, out var value) ? $"--{name} {value}" : $"no --{name}";

    private static Dictionary<string, string> Properties(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject()
            .ToDictionary(property => property.Name, property => property.Value.GetRawText());
    }

    private IEnumerable<string> Hosts() => Enumerable.Range(0, _group!.Size).Select(_group.HostOf);
}
