using System.Runtime.InteropServices;
using System.Text;

namespace GpuAls.Mpi;

/// <summary>
/// The functions of an MPI library. A handle is a nint for all of them: where handles are 32-bit integers, as in MPICH,
/// the callee reads the lower half of the register or stack slot, and writes the lower half of a variable that was 0.
/// All collectives are those that do not block, so that a process sleeps while it waits. Errors are exceptions.
/// </summary>
internal sealed unsafe class MpiCalls
{
    private const int TextCapacity = 512; // the largest MPI_MAX_ERROR_STRING; MPI_MAX_PROCESSOR_NAME is 256

    private readonly MpiLibrary _library;
    private readonly nint _world;
    private readonly nint _byte;

    private readonly delegate* unmanaged<nint, int, nint, nint, int*, int*, nint, nint, nint*, int> _allGather;
    private readonly delegate* unmanaged<
        nint, int*, int*, nint, nint, int*, int*, nint, nint, nint*, int> _allToAll;
    private readonly delegate* unmanaged<nint, int, nint, int, nint, nint*, int> _broadcast;
    private readonly delegate* unmanaged<nint, nint*, int> _barrier;
    private readonly delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int> _send;
    private readonly delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int> _receive;
    private readonly delegate* unmanaged<nint*, int*, byte*, int> _test;
    private readonly delegate* unmanaged<nint, int, int> _abort;
    private readonly delegate* unmanaged<int, byte*, int*, int> _errorString;

    // What v-collectives read until they are done: counts and offsets of what is sent and received.
    private int* _tables;

    public MpiCalls(MpiLibrary library)
    {
        _library = library;
        (_world, _byte) = (library.Handles.World, library.Handles.Byte);
        _allGather = (delegate* unmanaged<nint, int, nint, nint, int*, int*, nint, nint, nint*, int>)
            Export("MPI_Iallgatherv");
        _allToAll = (delegate* unmanaged<nint, int*, int*, nint, nint, int*, int*, nint, nint, nint*, int>)
            Export("MPI_Ialltoallv");
        _broadcast = (delegate* unmanaged<nint, int, nint, int, nint, nint*, int>)Export("MPI_Ibcast");
        _barrier = (delegate* unmanaged<nint, nint*, int>)Export("MPI_Ibarrier");
        _send = (delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int>)Export("MPI_Isend");
        _receive = (delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int>)Export("MPI_Irecv");
        _test = (delegate* unmanaged<nint*, int*, byte*, int>)Export("MPI_Test");
        _abort = (delegate* unmanaged<nint, int, int>)Export("MPI_Abort");
        _errorString = (delegate* unmanaged<int, byte*, int*, int>)Export("MPI_Error_string");
    }

    public int Rank { get; private set; }

    public int Size { get; private set; }

    public int LocalRank { get; private set; }

    /// <summary>The name of this machine.</summary>
    public string Host { get; private set; } = "";

    /// <summary>Whether the library takes buffers in the memory of CUDA devices.</summary>
    public bool IsCudaAware { get; private set; }

    /// <summary>Initializes MPI; returns when all processes do so.</summary>
    public void Initialize()
    {
        int provided, rank, size;
        Check("MPI_Init_thread", ((delegate* unmanaged<int*, byte***, int, int*, int>)Export("MPI_Init_thread"))(
            null, null, _library.Handles.Funneled, &provided));
        Check("MPI_Comm_set_errhandler", ((delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler"))(
            _world, _library.Handles.ErrorsReturn));
        if (provided < _library.Handles.Funneled)
            throw new GpuAlsException(
                FailureKind.Usage,
                $"{_library.Version} was built without threads: MPI_Init_thread gave level {provided}, and "
                + $"MPI_THREAD_FUNNELED ({_library.Handles.Funneled}) is needed. Use a library with threads.");
        Check("MPI_Comm_rank", ((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank"))(_world, &rank));
        Check("MPI_Comm_size", ((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size"))(_world, &size));
        (Rank, Size) = (rank, size);
        LocalRank = RankOnMachine();
        Host = ProcessorName();
        _tables = (int*)NativeMemory.AllocZeroed(4 * (nuint)size, sizeof(int));
        IsCudaAware = Has("MPIX_Query_cuda_support")
            && ((delegate* unmanaged<int>)Export("MPIX_Query_cuda_support"))() == 1;
    }

    /// <summary>Starts to bring a part of each process to all of them.</summary>
    /// <param name="buffer">Where the parts are.</param>
    /// <param name="counts">[Size], bytes of each part.</param>
    /// <param name="offsets">[Size], where each part starts.</param>
    public nint AllGather(nint buffer, ReadOnlySpan<long> counts, ReadOnlySpan<long> offsets)
    {
        nint request = 0;
        Check("MPI_Iallgatherv", _allGather(
            _library.Handles.InPlace, 0, _byte, buffer, Table(0, counts), Table(1, offsets), _byte, _world, &request));
        return request;
    }

    /// <summary>Starts to send a part to each process, and to receive one from each.</summary>
    public nint AllToAll(
        nint sent, ReadOnlySpan<long> sentCounts, ReadOnlySpan<long> sentOffsets,
        nint received, ReadOnlySpan<long> receivedCounts, ReadOnlySpan<long> receivedOffsets)
    {
        nint request = 0;
        Check("MPI_Ialltoallv", _allToAll(
            sent, Table(0, sentCounts), Table(1, sentOffsets), _byte,
            received, Table(2, receivedCounts), Table(3, receivedOffsets), _byte, _world, &request));
        return request;
    }

    /// <summary>Starts to bring bytes of one process to all others.</summary>
    public nint Broadcast(nint buffer, int count, int root)
    {
        nint request = 0;
        Check("MPI_Ibcast", _broadcast(buffer, count, _byte, root, _world, &request));
        return request;
    }

    /// <summary>Starts to wait for all processes.</summary>
    public nint Barrier()
    {
        nint request = 0;
        Check("MPI_Ibarrier", _barrier(_world, &request));
        return request;
    }

    /// <summary>Starts to send bytes to a process.</summary>
    public nint Send(nint buffer, int count, int to)
    {
        nint request = 0;
        Check("MPI_Isend", _send(buffer, count, _byte, to, 0, _world, &request));
        return request;
    }

    /// <summary>Starts to receive bytes from a process.</summary>
    public nint Receive(nint buffer, int count, int from)
    {
        nint request = 0;
        Check("MPI_Irecv", _receive(buffer, count, _byte, from, 0, _world, &request));
        return request;
    }

    /// <summary>Whether what was started is done; drives all that is in progress.</summary>
    /// <param name="request">What a method above returned; another value afterwards.</param>
    public bool IsDone(ref nint request)
    {
        var status = stackalloc byte[64]; // more than MPI_Status has in any library
        int done;
        fixed (nint* at = &request) Check("MPI_Test", _test(at, &done, status));
        return done != 0;
    }

    /// <summary>Ends all processes.</summary>
    public void Abort(int exitCode) => _ = _abort(_world, exitCode);

    /// <summary>Ends the use of MPI; returns when all processes do so.</summary>
    public void Complete()
    {
        Check("MPI_Finalize", ((delegate* unmanaged<int>)Export("MPI_Finalize"))());
        NativeMemory.Free(_tables);
        _tables = null;
    }

    private int RankOnMachine()
    {
        nint machine = 0;
        int rank;
        Check("MPI_Comm_split_type", ((delegate* unmanaged<nint, int, int, nint, nint*, int>)Export(
            "MPI_Comm_split_type"))(_world, _library.Handles.Shared, Rank, _library.Handles.NoInfo, &machine));
        Check("MPI_Comm_rank", ((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank"))(machine, &rank));
        Check("MPI_Comm_free", ((delegate* unmanaged<nint*, int>)Export("MPI_Comm_free"))(&machine));
        return rank;
    }

    private string ProcessorName()
    {
        var text = stackalloc byte[TextCapacity];
        var length = 0;
        Check("MPI_Get_processor_name", ((delegate* unmanaged<byte*, int*, int>)Export("MPI_Get_processor_name"))(
            text, &length));
        return Encoding.UTF8.GetString(text, length);
    }

    /// <summary>Numbers where they stay until the call is done.</summary>
    private int* Table(int which, ReadOnlySpan<long> values)
    {
        var table = _tables + (which * Size);
        for (var process = 0; process < Size; process++) table[process] = checked((int)values[process]);
        return table;
    }

    private void Check(string function, int code)
    {
        if (code == 0) return;
        var text = stackalloc byte[TextCapacity];
        var length = 0;
        var said = _errorString(code, text, &length) == 0 ? Encoding.UTF8.GetString(text, length) : $"error {code}";
        throw new GpuAlsException(
            FailureKind.Internal,
            $"{function} failed on process {Rank}{(Host.Length > 0 ? $" ({Host})" : "")}: {said} "
            + $"({_library.Version}).");
    }

    private bool Has(string function) => NativeLibrary.TryGetExport(_library.Handle, function, out _);

    private nint Export(string function) =>
        NativeLibrary.TryGetExport(_library.Handle, function, out var address)
            ? address
            : throw new GpuAlsException(
                FailureKind.Usage,
                $"{_library.Version} has no {function}. gpuals needs MPI 3 or newer: Open MPI 4, MPICH 3 or newer.");
}
