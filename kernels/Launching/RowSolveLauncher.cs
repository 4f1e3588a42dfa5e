using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>Chooses and launches the kernel that solves the rows.</summary>
public sealed class RowSolveLauncher : IDisposable
{
    private const int MaximumStageRows = 32;
    private const int ScratchGroupSize = 256;
    private const int ScratchGroupsPerMultiprocessor = 4;

    private readonly Accelerator _accelerator;
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, RowSolveArguments>> _fused;
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, RowSolveArguments>> _scratch;
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, RowSolveArguments>> _conjugateGradient;
    private readonly ReusableBuffer<Tile4> _triangles;

    /// <param name="accelerator">Where to launch; kernels are compiled when first needed.</param>
    public RowSolveLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _accelerator = accelerator;
        _triangles = new ReusableBuffer<Tile4>(accelerator);
        _fused = KernelCatalog.RowSolve.LoadOn(accelerator);
        _scratch = KernelCatalog.ScratchRowSolve.LoadOn(accelerator);
        _conjugateGradient = KernelCatalog.ConjugateGradient.LoadOn(accelerator);
    }

    /// <summary>Launches the solve of all rows: exact, or by conjugate gradients where the arguments ask for steps.</summary>
    /// <param name="stream">Where the launch is queued.</param>
    /// <param name="arguments">All but <see cref="RowSolveArguments.StageRows"/>, which is chosen here.</param>
    public void Launch(AcceleratorStream stream, RowSolveArguments arguments)
    {
        if (arguments.RowCount == 0) return;
        var plan = TeamPlan.For(_accelerator, arguments.Rank4);
        var teams = plan.Layout.Teams;
        if (arguments.Steps == 0 && teams > 0)
        {
            arguments.Layout = plan.Layout;
            Launch(stream, _fused.Value, arguments, (arguments.RowCount + teams - 1) / teams, plan.GroupSize, plan.SharedFloat4s);
            return;
        }

        arguments.StageRows = LaunchPlan.StageRows(_accelerator, arguments.Rank4, MaximumStageRows);
        var shared = RowStage.Length(arguments.StageRows, arguments.Rank4);
        if (arguments.Steps > 0) Launch(stream, _conjugateGradient.Value, arguments, arguments.RowCount, ConjugateGradientKernel.GroupSize, shared);
        else LaunchScratch(stream, arguments, shared);
    }

    /// <inheritdoc/>
    public void Dispose() => _triangles.Dispose();

    private void Launch(AcceleratorStream stream, Action<AcceleratorStream, KernelConfig, RowSolveArguments> kernel, RowSolveArguments arguments, int work, int group, int shared) =>
        kernel(stream, LaunchPlan.Config(LaunchPlan.Groups(_accelerator, work), group, shared), arguments);

    private void LaunchScratch(AcceleratorStream stream, RowSolveArguments arguments, int shared)
    {
        var group = Math.Min(ScratchGroupSize, LaunchPlan.LargestGroup(_accelerator));
        var groups = Math.Min(arguments.RowCount, ScratchGroupsPerMultiprocessor * _accelerator.NumMultiprocessors);
        arguments.Triangles = _triangles.Take((long)groups * TriangleIndex.Count(arguments.Rank4));
        _scratch.Value(stream, LaunchPlan.Config(groups, group, shared), arguments);
    }
}
