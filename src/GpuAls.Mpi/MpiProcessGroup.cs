using System.Diagnostics.CodeAnalysis;

namespace GpuAls.Mpi;

/// <summary>
/// Processes that MPI connects. Buffers are in the memory of the host, or of CUDA devices where the library takes them
/// there. NCCL would go in here.
/// </summary>
internal sealed unsafe class MpiProcessGroup : IProcessGroup, IDisposable
{
    /// <summary>
    /// From so many bytes on, processes meet before they send: they sleep until the last has come, and then stay awake.
    /// A sleeper passes nothing on: it would halve the speed. With fewer bytes, meeting costs more than that.
    /// </summary>
    private const long LargeCall = 64 << 10;

    private readonly MpiThread _thread;
    private readonly MpiCalls _calls;
    private string[] _hosts = [];

    private MpiProcessGroup(MpiThread thread, MpiCalls calls) => (_thread, _calls) = (thread, calls);

    /// <inheritdoc/>
    public int Rank => _calls.Rank;

    /// <inheritdoc/>
    public int Size => _calls.Size;

    /// <inheritdoc/>
    public int LocalRank => _calls.LocalRank;

    /// <inheritdoc/>
    public bool TakesDeviceMemory { get; private set; }

    /// <summary>What the library says of itself, such as <c>Open MPI v4.1.4</c>.</summary>
    public required string LibraryVersion { get; init; }

    /// <summary>
    /// The bytes that a collective of MPI may span; counts have 32 bits. Beyond, parts go from process to process, in
    /// pieces: MPI 4 has functions with 64-bit counts, but those of MPICH 4.0 fail. Tests set less; the same on all
    /// processes.
    /// </summary>
    internal int LargestCall { get; set; } = 1 << 30;

    /// <summary>The bytes of a piece.</summary>
    internal int LargestPiece { get; set; } = 64 << 20;

    /// <inheritdoc/>
    public string HostOf(int process) => _hosts[process];

    /// <summary>Loads the MPI library and initializes it.</summary>
    public static MpiProcessGroup Open(MpiLaunch launch, CancellationToken stop)
    {
        var library = MpiLibrary.Load(launch);
        var calls = new MpiCalls(library);
        var group = new MpiProcessGroup(new MpiThread(calls, stop), calls) { LibraryVersion = library.Version };
        group._thread.Initialize();
        if (launch.Size is { } size && size != group.Size)
            throw new GpuAlsException(
                FailureKind.Usage,
                $"The launcher started {Counted.Of(size, "process", "processes")}, and {library.Version} finds "
                + $"{group.Size}: they belong to different MPI installations. Use the mpirun of that library, load the "
                + $"module of the MPI that started this, or set {MpiLaunch.LibraryVariable} to the path of its "
                + "libmpi.so.");
        group._hosts = group.AllGather(group._calls.Host);
        var isCudaAware = launch.IsCudaAware ?? group._calls.IsCudaAware;
        group.TakesDeviceMemory = !group.AllGather(isCudaAware ? 1 : 0).Contains(0);
        return group;
    }

    /// <inheritdoc/>
    public void UseDevice(Action bind) => _thread.Run(0, 0, bind);

    /// <inheritdoc/>
    public void AllGather<T>(Span<T> values, ReadOnlySpan<long> starts, ReadOnlySpan<long> counts)
        where T : unmanaged
    {
        var (bytes, offsets) = (Bytes<T>(counts), Bytes<T>(starts));
        for (var process = 0; process < Size; process++)
            RequireInside(starts[process], counts[process], values.Length);
        fixed (T* pinned = values)
        {
            var buffer = (nint)pinned;
            _thread.Run(buffer, 0, () => AllGather(buffer, bytes, offsets));
        }
    }

    /// <inheritdoc/>
    public T[] AllToAll<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> counts, out long[] received)
        where T : unmanaged
    {
        var (sentCounts, sentOffsets) = (Bytes<T>(counts), ProcessGroupExtensions.Starts(Bytes<T>(counts)));
        RequireInside(0, ProcessGroupExtensions.Starts(counts)[^1], values.Length);
        received = ExchangeCounts(counts);
        var (receivedCounts, receivedOffsets) =
            (Bytes<T>(received), ProcessGroupExtensions.Starts(Bytes<T>(received)));
        var length = received.Sum();
        if (length > Array.MaxLength)
            throw new GpuAlsException(
                FailureKind.Internal,
                $"Process {Rank} would receive {Counted.Of(length, "value")} at once, and an array holds at most "
                + $"{Array.MaxLength:N0}. Run more processes.");
        var result = GC.AllocateUninitializedArray<T>((int)length);
        var isWhole = IsWholeOnAll(Math.Max(sentOffsets[^1], receivedOffsets[^1]));
        fixed (T* pinnedValues = values)
        fixed (T* pinnedResult = result)
        {
            var (source, target) = ((nint)pinnedValues, (nint)pinnedResult);
            _thread.Run(source, target, () => AllToAll(
                source, sentCounts, sentOffsets, target, receivedCounts, receivedOffsets, isWhole));
        }

        return result;
    }

    /// <inheritdoc/>
    public void Broadcast<T>(Span<T> values, int root)
        where T : unmanaged
    {
        var count = (long)values.Length * sizeof(T);
        fixed (T* pinned = values)
        {
            var buffer = (nint)pinned;
            _thread.Run(buffer, 0, () => Broadcast(buffer, count, root));
        }
    }

    /// <summary>
    /// Ends all processes within seconds, this one with an exit code, which the launcher takes over. For a process that
    /// failed or was told to stop, when it has written why and cleaned up: others wait for it. MPICH does not end those
    /// on other machines when a process just exits.
    /// </summary>
    [DoesNotReturn]
    public void Abort(int exitCode)
    {
        _thread.Abort(exitCode);
        Environment.Exit(exitCode);
    }

    /// <summary>Ends the use of MPI, together with all processes; nothing if it was told to stop or failed.</summary>
    public void Dispose() => _thread.Dispose();

    private void AllGather(nint buffer, long[] counts, long[] offsets)
    {
        var isLarge = MeetIfLarge(counts.Sum());
        if (Enumerable.Range(0, Size).Max(process => offsets[process] + counts[process]) <= LargestCall)
        {
            _thread.Wait(_calls.AllGather(buffer, counts, offsets), isPatient: !isLarge);
            return;
        }

        // Around a ring: each passes on the part that it got last.
        var (next, previous) = ((Rank + 1) % Size, (Rank + Size - 1) % Size);
        for (var step = 0; step < Size - 1; step++)
        {
            var (sent, received) = ((Rank - step + Size) % Size, (Rank - step - 1 + Size) % Size);
            Exchange(
                buffer + (nint)offsets[sent], counts[sent], next,
                buffer + (nint)offsets[received], counts[received], previous);
        }
    }

    private void AllToAll(
        nint source, long[] sentCounts, long[] sentOffsets,
        nint target, long[] receivedCounts, long[] receivedOffsets, bool isWhole)
    {
        // All are here: they have just exchanged their counts.
        if (isWhole)
        {
            Finish(_calls.AllToAll(source, sentCounts, sentOffsets, target, receivedCounts, receivedOffsets));
            return;
        }

        Buffer.MemoryCopy(
            (void*)(source + (nint)sentOffsets[Rank]), (void*)(target + (nint)receivedOffsets[Rank]),
            receivedCounts[Rank], sentCounts[Rank]);
        for (var step = 1; step < Size; step++)
        {
            var (to, from) = ((Rank + step) % Size, (Rank - step + Size) % Size);
            Exchange(
                source + (nint)sentOffsets[to], sentCounts[to], to,
                target + (nint)receivedOffsets[from], receivedCounts[from], from);
        }
    }

    private void Broadcast(nint buffer, long count, int root)
    {
        var isLarge = MeetIfLarge(count);
        var piece = count <= LargestCall ? count : LargestPiece;
        for (long at = 0; at < count; at += piece)
            _thread.Wait(
                _calls.Broadcast(buffer + (nint)at, (int)Math.Min(piece, count - at), root), isPatient: !isLarge);
    }

    /// <summary>Sends to one process while it receives from one, in pieces.</summary>
    private void Exchange(nint sent, long sentCount, int to, nint received, long receivedCount, int from)
    {
        for (long at = 0; at < Math.Max(sentCount, receivedCount); at += LargestPiece)
        {
            var receiving = at < receivedCount
                ? _calls.Receive(received + (nint)at, (int)Math.Min(LargestPiece, receivedCount - at), from)
                : 0;
            if (at < sentCount)
                Finish(_calls.Send(sent + (nint)at, (int)Math.Min(LargestPiece, sentCount - at), to));
            if (at < receivedCount) Finish(receiving);
        }
    }

    private bool MeetIfLarge(long bytes)
    {
        if (bytes < LargeCall) return false;
        _thread.Wait(_calls.Barrier(), isPatient: true);
        return true;
    }

    private void Finish(nint request) => _thread.Wait(request, isPatient: false);

    private long[] ExchangeCounts(ReadOnlySpan<long> counts)
    {
        var (sent, received, each) = (counts.ToArray(), new long[Size], new long[Size]);
        Array.Fill(each, sizeof(long));
        var offsets = ProcessGroupExtensions.Starts(each);
        fixed (long* pinnedSent = sent, pinnedReceived = received)
        {
            var (source, target) = ((nint)pinnedSent, (nint)pinnedReceived);
            _thread.Run(source, target, () => _thread.Wait(
                _calls.AllToAll(source, each, offsets, target, each, offsets), isPatient: true));
        }

        return received;
    }

    /// <summary>Whether no process needs pieces: all must go the same way.</summary>
    private bool IsWholeOnAll(long bytes) => this.AllGather(bytes).Max() <= LargestCall;

    private long[] Bytes<T>(ReadOnlySpan<long> counts)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(counts.Length, Size);
        var bytes = new long[Size];
        for (var process = 0; process < Size; process++) bytes[process] = counts[process] * sizeof(T);
        return bytes;
    }

    private static void RequireInside(long start, long count, int length)
    {
        if (start < 0 || count < 0 || start + count > length)
            throw new ArgumentOutOfRangeException(
                nameof(count), $"A part from {start} of {count} values is outside the {length} values given.");
    }
}
