using System.Reflection;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>A kernel as launchers load it and as checks compile it without a device.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Method">The static method.</param>
/// <param name="MaximumGroupSize">The most threads of a group that it is launched with.</param>
public record KernelDefinition(string Name, MethodInfo Method, int MaximumGroupSize)
{
    /// <summary>The CUDA compute capability that it needs, as 80 for 8.0; 0 where it runs on every device.</summary>
    public int MinimumArchitecture { get; init; }

    /// <summary>Groups that must fit a multiprocessor at a time. Of 1, ptxas takes all registers that it can think of; of none, it may spill to fit more.</summary>
    public int GroupsAtATime { get; init; } = 1;

    /// <summary>What the compiler is told of the launches.</summary>
    public KernelSpecialization Specialization => new(MaximumGroupSize, GroupsAtATime);

    /// <summary>The method as ILGPU's backends take it.</summary>
    public EntryPointDescription EntryPoint => EntryPointDescription.FromExplicitlyGroupedKernel(Method);
}

/// <summary>A kernel that takes one struct of arguments.</summary>
/// <typeparam name="TArguments">The arguments.</typeparam>
/// <param name="Name">What tables call it.</param>
/// <param name="Body">The static method.</param>
/// <param name="MaximumGroupSize">The most threads of a group that it is launched with.</param>
internal sealed record KernelDefinition<TArguments>(string Name, Action<TArguments> Body, int MaximumGroupSize)
    : KernelDefinition(Name, Body.Method, MaximumGroupSize)
    where TArguments : struct
{
    /// <summary>The kernel on a device.</summary>
    public DeviceKernel<TArguments> LoadOn(Accelerator accelerator) =>
        new(() => LaunchTimer.Timed(Name, accelerator, accelerator.LoadKernel(Body, SpecializationOn(accelerator))));

    private KernelSpecialization SpecializationOn(Accelerator accelerator) =>
        MaximumGroupSize > accelerator.MaxNumThreadsPerGroup ? KernelSpecialization.Empty : Specialization;
}
