using GpuAls.Mpi;

namespace GpuAls.Tests.Mpi;

/// <summary>Launchers are known by their environment variables alone.</summary>
public sealed class MpiLaunchTests
{
    [TestCase("")]
    [TestCase("OMPI_COMM_WORLD_SIZE=1 OMPI_COMM_WORLD_RANK=0 PMIX_RANK=0")]
    [TestCase("PMI_RANK=0 PMI_SIZE=1 MPI_LOCALNRANKS=1")]
    [TestCase("OMPI_COMM_WORLD_SIZE=many")]
    // A script of sbatch.
    [TestCase("SLURM_JOB_ID=7 SLURM_PROCID=0 SLURM_NTASKS=8 SLURM_NPROCS=8")]
    // srun of one task, also where PMIx is Slurm's default, and a shell in such a step.
    [TestCase("SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0")]
    [TestCase("SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=1 PMIX_RANK=0")]
    public void Detect_OneProcess_IsNull(string variables) => Assert.That(Detect(variables), Is.Null);

    [TestCase("OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=2 PMIX_RANK=2", MpiLauncher.OpenMpi, 2, 4)]
    [TestCase("PMI_RANK=3 PMI_SIZE=4 MPI_LOCALNRANKS=2", MpiLauncher.Hydra, 3, 4)]
    [TestCase("PMI_RANK=1 PMI_SIZE=2", MpiLauncher.Pmi, 1, 2)]
    [TestCase("SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=6 PMIX_RANK=5", MpiLauncher.Pmix, 5, 6)]
    [TestCase("PMIX_RANK=0", MpiLauncher.Pmix, 0, null)]
    // mpirun in a step of Slurm, which may have variables of PMI or PMIx for its one task.
    [TestCase(
        "SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=1 PMI_RANK=0 PMI_SIZE=1 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=1",
        MpiLauncher.OpenMpi, 1, 4)]
    [TestCase(
        "SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=1 PMIX_RANK=0 PMI_RANK=3 PMI_SIZE=4 MPI_LOCALNRANKS=4",
        MpiLauncher.Hydra, 3, 4)]
    // Processes that mpirun of Hydra started on two machines by srun, one task on each.
    [TestCase(
        "SLURM_STEP_ID=1 SLURM_STEP_NUM_TASKS=2 PMI_RANK=3 PMI_SIZE=4 MPI_LOCALNRANKS=2", MpiLauncher.Hydra, 3, 4)]
    public void Detect_SeveralProcesses_IsTheirLaunch(
        string variables, object launcher, int rank, int? size) =>
        Assert.That(Detect(variables), Is.EqualTo(new MpiLaunch((MpiLauncher)launcher, rank, size)));

    [Test]
    public void Detect_LibraryIsNamed_HasIt() =>
        Assert.That(Detect("PMIX_RANK=0 GPUALS_MPI_LIBRARY=/opt/libmpi.so")!.Library, Is.EqualTo("/opt/libmpi.so"));

    [TestCase("", null)]
    [TestCase(" GPUALS_MPI_CUDA=on", true)]
    [TestCase(" GPUALS_MPI_CUDA=off", false)]
    public void Detect_CudaAwareness_IsWhatTheUserSays(string variable, bool? expected) =>
        Assert.That(Detect("PMIX_RANK=0" + variable)!.IsCudaAware, Is.EqualTo(expected));

    [Test]
    public void Detect_AnotherValueOfCudaAwareness_IsRefused() => Assert.That(
        () => Detect("PMIX_RANK=0 GPUALS_MPI_CUDA=1"),
        Throws.InstanceOf<GpuAlsException>().With.Message.EqualTo("GPUALS_MPI_CUDA is '1'; expected on or off."));

    [Test]
    public void Detect_StepOfSlurmWithoutPmi_IsRefused()
    {
        var failure = Assert.Throws<GpuAlsException>(
            () => Detect("SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=8 SLURM_PROCID=3"))!;

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.StartWith("srun started 8 processes").And.Contain("srun --mpi=pmix"));
    }

    private static MpiLaunch? Detect(string variables)
    {
        var values = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return MpiLaunch.Detect(values.GetValueOrDefault);
    }
}
