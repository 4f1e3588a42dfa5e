using System.Globalization;

namespace GpuAls.Mpi;

/// <summary>What started the processes: it decides which MPI libraries can connect them.</summary>
internal enum MpiLauncher
{
    /// <summary>mpirun of Open MPI.</summary>
    OpenMpi,

    /// <summary>Hydra: mpirun of MPICH, Intel MPI and MVAPICH.</summary>
    Hydra,

    /// <summary>Slurm's srun or another launcher that speaks PMIx.</summary>
    Pmix,

    /// <summary>Slurm's srun or another launcher that speaks PMI 1 or 2.</summary>
    Pmi,
}

/// <summary>
/// That this process is one of several which a launcher started, as its environment variables tell. They are looked at
/// before anything of MPI is loaded: a process that was started alone needs no MPI library.
/// </summary>
/// <param name="Launcher">What started it.</param>
/// <param name="Rank">Which process this is, from 0; null where only MPI knows.</param>
/// <param name="Size">The number of processes; null where only MPI knows.</param>
/// <param name="Library">The MPI library that the user names; null to look for one.</param>
/// <param name="IsCudaAware">
/// Whether the library takes buffers in the memory of CUDA devices, if the user says so; null to ask it.
/// </param>
internal sealed record MpiLaunch(
    MpiLauncher Launcher, int? Rank, int? Size, string? Library = null, bool? IsCudaAware = null)
{
    /// <summary>The variable that names the library to load.</summary>
    public const string LibraryVariable = "GPUALS_MPI_LIBRARY";

    /// <summary>The variable that says whether the library is CUDA-aware: only Open MPI tells.</summary>
    public const string CudaVariable = "GPUALS_MPI_CUDA";

    /// <summary>Looks for the variables of a launcher.</summary>
    /// <param name="variable">Gives the value of an environment variable, or null.</param>
    /// <returns>Null if this process is the only one.</returns>
    /// <exception cref="GpuAlsException">
    /// Slurm started several processes that cannot find each other, or <see cref="CudaVariable"/> is neither on nor off
    /// (<see cref="FailureKind.Usage"/>).
    /// </exception>
    public static MpiLaunch? Detect(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        int? Number(string name) =>
            int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;

        // Set by srun for each step, but not by sbatch for its script, which has SLURM_PROCID and SLURM_NTASKS too.
        var ofStep = Number("SLURM_STEP_ID") is null ? null : Number("SLURM_STEP_NUM_TASKS");
        // mpirun may itself run in a step of Slurm: its own variables come first.
        var launch = Number("OMPI_COMM_WORLD_SIZE") is { } size
            ? new MpiLaunch(MpiLauncher.OpenMpi, Number("OMPI_COMM_WORLD_RANK"), size)
            : Number("PMI_RANK") is { } rank && Number("MPI_LOCALNRANKS") is not null
                ? new MpiLaunch(MpiLauncher.Hydra, rank, Number("PMI_SIZE"))
            : Number("PMIX_RANK") is { } pmix ? new MpiLaunch(MpiLauncher.Pmix, pmix, ofStep)
            : Number("PMI_RANK") is { } pmi ? new MpiLaunch(MpiLauncher.Pmi, pmi, Number("PMI_SIZE") ?? ofStep)
            : null;
        if (launch is null && ofStep > 1)
            throw new GpuAlsException(
                FailureKind.Usage,
                $"srun started {ofStep} processes without a way to find each other (SLURM_STEP_NUM_TASKS is {ofStep}, "
                + "and neither PMIX_RANK nor PMI_RANK is set); each would write the same output. Start them with "
                + "srun --mpi=pmix, or start one with srun --ntasks=1. In a shell that srun opened, unset "
                + "SLURM_STEP_NUM_TASKS.");
        if (launch is null or { Size: 1 }) return null;
        return launch with
        {
            Library = variable(LibraryVariable),
            IsCudaAware = variable(CudaVariable) switch
            {
                null or "" => null,
                "on" => true,
                "off" => false,
                var other => throw new GpuAlsException(
                    FailureKind.Usage, $"{CudaVariable} is {Quoted.Of(other)}; expected on or off."),
            },
        };
    }

    /// <summary>
    /// Loads the MPI library and initializes it, which waits for the other processes. Once in the life of a process,
    /// and before anything that can fail on one process alone: mpirun of MPICH does not end those that wait for one
    /// which ended before this.
    /// </summary>
    /// <param name="stop">Ends calls that wait for other processes.</param>
    public MpiProcessGroup Open(CancellationToken stop) => MpiProcessGroup.Open(this, stop);
}
