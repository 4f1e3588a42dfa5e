using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace GpuAls.Mpi;

/// <summary>
/// The one thread that calls MPI, as MPI_THREAD_FUNNELED demands. Others give it work and wait. When the group is told
/// to stop, or a call fails, those who wait get an exception and the thread rests: MPI is not called again except to
/// abort, as other processes may never answer, and buffers stay pinned, as messages may still arrive in them.
/// </summary>
internal sealed unsafe partial class MpiThread : IDisposable
{
    /// <summary>How long the thread may take to notice an abort; then another calls MPI_Abort.</summary>
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(2);

    /// <summary>The time others have to clean up when this process was told to stop: they may have been too.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long MPI_Finalize may take when all have come to it. Over TCP, that of MPICH 4.0 with UCX may wait a minute
    /// for a process that is gone, and then fail.
    /// </summary>
    private static readonly TimeSpan FinalizePatience = TimeSpan.FromSeconds(5);

    private readonly CancellationToken _stop;
    private readonly MpiCalls _calls;
    private readonly SemaphoreSlim _posted = new(0); // never disposed: the thread may wait for good
    private Work? _work;
    private int _abortCode;
    private volatile bool _isAborting;
    private volatile bool _hasEnded;
    private volatile bool _isInitialized;

    /// <summary>Starts the thread.</summary>
    /// <param name="calls">What it alone calls.</param>
    /// <param name="stop">Ends all waiting.</param>
    public MpiThread(MpiCalls calls, CancellationToken stop)
    {
        (_calls, _stop) = (calls, stop);
        new Thread(Loop) { IsBackground = true, Name = "MPI" }.Start();
    }

    /// <summary>Runs work on the thread, and waits for it. One caller at a time.</summary>
    /// <param name="first">A buffer that the work uses, pinned by the caller; it stays so if the caller leaves.</param>
    /// <param name="second">Another one.</param>
    /// <param name="action">The work.</param>
    public void Run(nint first, nint second, Action action)
    {
        _stop.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_hasEnded, this);
        var work = Post(new Work(first, second, action));
        work.Done.Wait(_stop);
        work.Failure?.Throw();
    }

    private Work Post(Work work)
    {
        _work = work;
        _posted.Release();
        work.Taken.Wait(CancellationToken.None); // at once: the thread has nothing else to do
        return work;
    }

    /// <summary>Initializes MPI, together with all processes.</summary>
    public void Initialize() => Run(0, 0, () =>
    {
        _calls.Initialize();
        _isInitialized = true;
    });

    /// <summary>Ends the use of MPI, together with all processes, and the thread.</summary>
    public void Dispose()
    {
        if (_hasEnded || _stop.IsCancellationRequested) return;
        try
        {
            Run(0, 0, () => Wait(_calls.Barrier(), isPatient: true));
            Post(new Work(0, 0, _calls.Complete)).Done.Wait(FinalizePatience, CancellationToken.None);
            _isInitialized = false;
        }
        catch (OperationCanceledException)
        {
            // Others did not come to the end.
        }

        _hasEnded = true;
        _posted.Release();
    }

    /// <summary>Ends all processes. Returns only where MPI is not in use.</summary>
    public void Abort(int exitCode)
    {
        if (!_isInitialized) return;
        if (_stop.IsCancellationRequested) Thread.Sleep(StopGrace);
        _abortCode = exitCode;
        _isAborting = true;
        _posted.Release();
        Thread.Sleep(AbortPatience);
        _calls.Abort(exitCode);
    }

    /// <summary>Waits for what was started. On the thread alone.</summary>
    /// <param name="request">What a method of <see cref="MpiCalls"/> returned.</param>
    /// <param name="isPatient">Whether others may be a long way from answering, which a process should sleep through.
    /// </param>
    public void Wait(nint request, bool isPatient)
    {
        for (long polls = 0; !_calls.IsDone(ref request); polls++)
        {
            _stop.ThrowIfCancellationRequested();
            if (_isAborting) _calls.Abort(_abortCode);
            Pause(polls, isPatient);
        }
    }

    private static void Pause(long polls, bool isPatient)
    {
        if (polls < 200) Thread.SpinWait(10);
        else if (polls < 300 || !isPatient) Thread.Yield();
        else
        {
            var pause = new TimeSpec { Nanoseconds = (nint)Math.Min((polls - 299) * 10_000, 200_000) };
            _ = Sleep(in pause, 0);
        }
    }

    private void Loop()
    {
        while (true)
        {
            _posted.Wait(CancellationToken.None);
            if (_isAborting) _calls.Abort(_abortCode);
            if (_hasEnded) return;
            Do(_work!);
        }
    }

    private void Rest()
    {
        while (!_isAborting) _posted.Wait(CancellationToken.None);
        _calls.Abort(_abortCode);
    }

    private void Do(Work work)
    {
        // Pinned here too: the caller leaves when it is told to stop.
        fixed (byte* first = &Unsafe.AsRef<byte>((void*)work.First), second = &Unsafe.AsRef<byte>((void*)work.Second))
        {
            work.Taken.Set();
            try
            {
                work.Action();
            }
            catch (Exception failure)
            {
                work.Failure = ExceptionDispatchInfo.Capture(failure);
                _hasEnded = true;
            }

            work.Done.Set();
            if (_hasEnded || _stop.IsCancellationRequested) Rest();
        }
    }

    private sealed class Work(nint first, nint second, Action action)
    {
        public nint First => first;

        public nint Second => second;

        public Action Action => action;

        public ManualResetEventSlim Taken { get; } = new();

        public ManualResetEventSlim Done { get; } = new();

        public ExceptionDispatchInfo? Failure { get; set; }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sleep(in TimeSpec time, nint remaining);
}
