namespace GpuAls;

/// <summary>
/// Processes that work on one job together, such as those that mpirun starts. All of them make the same calls in the
/// same order, one at a time; a call returns when it has what it needs of the others. Results depend on the number of
/// processes and never on which was faster. A process that fails or is cancelled ends the group: the calls of the
/// others throw, or never return because they are ended too.
/// </summary>
internal interface IProcessGroup
{
    /// <summary>Which process this is, from 0.</summary>
    int Rank { get; }

    /// <summary>Number of processes.</summary>
    int Size { get; }

    /// <summary>Which process of its machine this is, from 0.</summary>
    int LocalRank { get; }

    /// <summary>The machine that a process runs on.</summary>
    /// <param name="process">Which process.</param>
    string HostOf(int process);

    /// <summary>
    /// Whether values may be in the memory of CUDA devices, which is then current where calls are made
    /// (<see cref="UseDevice"/>); the same on all processes.
    /// </summary>
    bool TakesDeviceMemory => false;

    /// <summary>Makes a device current where calls are made.</summary>
    /// <param name="bind">Makes it current on the thread that calls it.</param>
    void UseDevice(Action bind) => throw new NotSupportedException();

    /// <summary>Brings a part of each process to all of them.</summary>
    /// <param name="values">A process has written its part, and gets the others.</param>
    /// <param name="starts">[Size], where the part of each process starts.</param>
    /// <param name="counts">[Size], the number of values of each; the same on all processes, as the starts are.</param>
    void AllGather<T>(Span<T> values, ReadOnlySpan<long> starts, ReadOnlySpan<long> counts)
        where T : unmanaged;

    /// <summary>
    /// Begins <see cref="AllGather"/> and goes on with other work; the next call is made when this one is over.
    /// </summary>
    /// <param name="values">Not touched until then.</param>
    /// <param name="starts">[Size], where the part of each process starts.</param>
    /// <param name="counts">[Size], the number of values of each.</param>
    PendingCall BeginAllGather<T>(Memory<T> values, long[] starts, long[] counts)
        where T : unmanaged => PendingCall.Begin(() => AllGather(values.Span, starts, counts));

    /// <summary>Sends some values to each process, and gets what each has for this one.</summary>
    /// <param name="values">What is sent: first that of process 0, then that of process 1, ….</param>
    /// <param name="counts">[Size], the number of values for each process.</param>
    /// <param name="received">[Size], the number of values from each process.</param>
    /// <returns>What was received: first that of process 0, ….</returns>
    T[] AllToAll<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> counts, out long[] received)
        where T : unmanaged;

    /// <summary>Brings the values of one process to all others.</summary>
    /// <param name="values">As many on every process.</param>
    /// <param name="root">Which process has them.</param>
    void Broadcast<T>(Span<T> values, int root)
        where T : unmanaged;
}

/// <summary>A call that goes on while its caller does other work.</summary>
/// <param name="wait">Returns when it is over, or throws what it failed by.</param>
internal sealed class PendingCall(Action wait)
{
    /// <summary>Begins a call, on a thread of its own: it may sleep for long.</summary>
    public static PendingCall Begin(Action call)
    {
        var task = Task.Factory.StartNew(call, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return new PendingCall(() => task.GetAwaiter().GetResult());
    }

    /// <summary>Returns when it is over.</summary>
    public void Wait() => wait();
}

/// <summary>One process, which does the whole job.</summary>
internal sealed class SingleProcess : IProcessGroup
{
    private SingleProcess()
    {
    }

    /// <summary>The only one that is needed.</summary>
    public static SingleProcess Instance { get; } = new();

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public int LocalRank => 0;

    /// <inheritdoc/>
    public string HostOf(int process) => Environment.MachineName;

    /// <inheritdoc/>
    public void AllGather<T>(Span<T> values, ReadOnlySpan<long> starts, ReadOnlySpan<long> counts)
        where T : unmanaged
    {
        // All parts are here.
    }

    /// <inheritdoc/>
    public T[] AllToAll<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> counts, out long[] received)
        where T : unmanaged
    {
        received = counts.ToArray();
        return values.ToArray();
    }

    /// <inheritdoc/>
    public void Broadcast<T>(Span<T> values, int root)
        where T : unmanaged
    {
        // They are here.
    }
}
