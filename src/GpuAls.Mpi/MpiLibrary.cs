using System.Runtime.InteropServices;
using System.Text;

namespace GpuAls.Mpi;

/// <summary>The handles and constants of an MPI library, which each kind of library has its own of.</summary>
/// <param name="World">MPI_COMM_WORLD.</param>
/// <param name="Byte">MPI_BYTE.</param>
/// <param name="ErrorsReturn">MPI_ERRORS_RETURN.</param>
/// <param name="NoInfo">MPI_INFO_NULL.</param>
/// <param name="InPlace">MPI_IN_PLACE.</param>
/// <param name="Shared">MPI_COMM_TYPE_SHARED.</param>
/// <param name="Funneled">MPI_THREAD_FUNNELED.</param>
internal sealed record MpiHandles(
    nint World, nint Byte, nint ErrorsReturn, nint NoInfo, nint InPlace, int Shared, int Funneled)
{
    /// <summary>MPI 5: the same for all libraries that are named libmpi_abi.</summary>
    public static MpiHandles Standard { get; } =
        new(World: 0x101, Byte: 0x247, ErrorsReturn: 0x143, NoInfo: 0x130, InPlace: 1, Shared: 221, Funneled: 1024);

    /// <summary>MPICH 3 and 4, and what follows their ABI: Intel MPI, MVAPICH, Cray MPICH.</summary>
    public static MpiHandles Mpich { get; } = new(
        World: 0x44000000, Byte: 0x4c00010d, ErrorsReturn: 0x54000001, NoInfo: 0x1c000000, InPlace: -1, Shared: 1,
        Funneled: 1);

    /// <summary>Open MPI 4 and 5: handles are the addresses of what the library exports.</summary>
    public static MpiHandles OpenMpi(nint library) => new(
        NativeLibrary.GetExport(library, "ompi_mpi_comm_world"),
        NativeLibrary.GetExport(library, "ompi_mpi_byte"),
        NativeLibrary.GetExport(library, "ompi_mpi_errors_return"),
        NativeLibrary.GetExport(library, "ompi_mpi_info_null"),
        InPlace: 1, Shared: 0, Funneled: 1);
}

/// <summary>
/// A loaded MPI library. Which kind it is follows from what it exports and says, not from its file name.
/// </summary>
/// <param name="Handle">For <see cref="NativeLibrary"/>.</param>
/// <param name="Handles">Its handles and constants.</param>
/// <param name="Version">What it says of itself, such as <c>Open MPI v4.1.4</c>.</param>
internal sealed unsafe partial record MpiLibrary(nint Handle, MpiHandles Handles, string Version)
{
    private const int VersionCapacity = 8192; // the largest MPI_MAX_LIBRARY_VERSION_STRING

    private const string OpenMpiName = "libmpi.so.40";

    /// <summary>Those of the MPI 5 ABI, of Open MPI 4 and 5, of MPICH 3 and 4, of MPICH on Debian, and any.</summary>
    private static readonly string[] AllNames =
        ["libmpi_abi.so.1", "libmpi_abi.so.0", OpenMpiName, "libmpi.so.12", "libmpich.so.12", "libmpi.so"];

    private bool IsOpenMpi => Version.StartsWith("Open MPI", StringComparison.Ordinal);

    /// <summary>Loads the library that works with what started the processes.</summary>
    /// <exception cref="GpuAlsException">There is none (<see cref="FailureKind.Usage"/>).</exception>
    public static MpiLibrary Load(MpiLaunch launch) => Load(launch, AllNames);

    /// <summary>Loads one of some libraries.</summary>
    internal static MpiLibrary Load(MpiLaunch launch, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(launch);
        if (!OperatingSystem.IsLinux())
            throw new GpuAlsException(
                FailureKind.Usage, "This process was started by MPI, with which gpuals runs on Linux only.");
        // UCX, which carries the messages of many MPI libraries, takes SIGSEGV when it is loaded, which .NET needs for
        // its null checks, and patches the code of mmap and munmap while threads of .NET run in it, which crashes or
        // hangs a process now and then. What the user has set stays. Environment.SetEnvironmentVariable does not reach
        // native code.
        _ = SetEnvironment("UCX_ERROR_SIGNALS", "", overwrite: 0);
        _ = SetEnvironment("UCX_MEM_MMAP_HOOK_MODE", "none", overwrite: 0);
        if (launch.Library is { Length: > 0 } given)
            return Open(given) ?? throw new GpuAlsException(
                FailureKind.Usage,
                $"{MpiLaunch.LibraryVariable} is {Quoted.Of(given)}, which cannot be loaded as an MPI library. Give "
                + "the path of libmpi.so, or unset it to look for one.");
        List<string> unfit = [];
        // Of those that fit any launcher, first the one that PMIx or PMI comes from.
        foreach (var name in names.OrderBy(
            name => name == OpenMpiName && launch.Launcher is MpiLauncher.Hydra or MpiLauncher.Pmi))
        {
            if (Open(name) is not { } library) continue;
            var isFit = launch.Launcher switch
            {
                MpiLauncher.OpenMpi => library.IsOpenMpi,
                MpiLauncher.Hydra => !library.IsOpenMpi,
                _ => true,
            };
            if (isFit) return library;
            unfit.Add($"{name} is {library.Version}");
            NativeLibrary.Free(library.Handle);
        }

        var wanted = launch.Launcher switch
        {
            MpiLauncher.OpenMpi => "Open MPI's mpirun",
            MpiLauncher.Hydra => "the mpirun of MPICH or Intel MPI",
            _ => "srun or another launcher with PMI",
        };
        throw new GpuAlsException(
            FailureKind.Usage,
            $"This process was started by {wanted}, and no MPI library that works with it was found "
            + $"({(unfit.Count > 0 ? $"{string.Join(", ", unfit)}; " : "")}tried {string.Join(", ", names)}). "
            + (unfit.Count > 0 ? "Use the mpirun of the installed library, or load" : "Install it, load")
            + $" the module of the MPI that started this, or set {MpiLaunch.LibraryVariable} to the path of its "
            + "libmpi.so.");
    }

    private static MpiLibrary? Open(string name)
    {
        if (!NativeLibrary.TryLoad(name, out var library)) return null;
        if (!NativeLibrary.TryGetExport(library, "MPI_Get_library_version", out var getVersion)) return null;
        var text = stackalloc byte[VersionCapacity];
        var length = 0;
        if (((delegate* unmanaged<byte*, int*, int>)getVersion)(text, &length) != 0) return null;
        var version = Encoding.UTF8.GetString(text, length).Split(',', '\n')[0].Replace('\t', ' ').Trim('\0', ' ');
        var handles = HasStandardAbi(library) ? MpiHandles.Standard
            : NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _) ? MpiHandles.OpenMpi(library)
            : MpiHandles.Mpich;
        return new MpiLibrary(library, handles, version);
    }

    /// <summary>Libraries with an ABI of their own say -1, or do not have the function.</summary>
    private static bool HasStandardAbi(nint library)
    {
        int major = -1, minor = -1;
        return NativeLibrary.TryGetExport(library, "MPI_Abi_get_version", out var getVersion)
            && ((delegate* unmanaged<int*, int*, int>)getVersion)(&major, &minor) == 0 && major >= 1;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
