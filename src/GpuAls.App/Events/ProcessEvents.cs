using static System.FormattableString;

namespace GpuAls.App;

/// <summary>Several processes do the job together.</summary>
/// <param name="Count">How many.</param>
/// <param name="Machines">How many machines they run on.</param>
/// <param name="Library">What connects them, such as <c>Open MPI v4.1.4</c>.</param>
/// <param name="Devices">The different devices that they use on their machines, such as <c>cuda:0</c>.</param>
internal sealed record ProcessesJoined(int Count, int Machines, string Library, IReadOnlyList<string> Devices)
    : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "processes", "Several processes do the job together",
        ("processes", "how many"), ("machines", "how many machines they run on"), ("library", "the MPI library"),
        ("devices", "the different devices that they use on their machines, such as cuda:0, cuda:1"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"{Counted.Of(Count, "process", "processes")} on {Counted.Of(Machines, "machine")}, connected by "
                + $"{Library}, computing on {string.Join(", ", Devices)}",
            Count, Machines, Library, string.Join(", ", Devices)),
    ];
}

/// <summary>
/// How long each process waited for others until the end of the training or search.
/// </summary>
/// <param name="Seconds">[processes], seconds of each.</param>
/// <param name="Hosts">[processes], the machine of each.</param>
/// <param name="SentBytes">What all of them sent.</param>
internal sealed record ProcessesWaited(double[] Seconds, string[] Hosts, long SentBytes) : JobEvent
{
    /// <summary>The process that waited least: the others waited for it.</summary>
    public int Slowest => Array.IndexOf(Seconds, Seconds.Min());

    /// <summary>For people.</summary>
    public string Text
    {
        get
        {
            var longest = Array.IndexOf(Seconds, Seconds.Max());
            return $"{Wait(Slowest)} to {Wait(longest)} for others";
        }
    }

    /// <summary>Asks all processes.</summary>
    /// <param name="group">The processes; all of them ask.</param>
    /// <param name="traffic">What this one has sent and waited.</param>
    public static ProcessesWaited Of(IProcessGroup group, ProcessTraffic traffic)
    {
        ArgumentNullException.ThrowIfNull(group);
        return new ProcessesWaited(
            group.AllGather(traffic.Seconds), [.. Enumerable.Range(0, group.Size).Select(group.HostOf)],
            group.Sum(traffic.Bytes));
    }

    private string Wait(int process) => Invariant($"{Seconds[process]:F2} s (process {process} on {Hosts[process]})");
}
