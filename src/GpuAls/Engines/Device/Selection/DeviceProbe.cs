using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuAls;

/// <summary>The devices of one kind that a driver reports, usable or not.</summary>
internal sealed class DeviceProbe : IDisposable
{
    /// <summary>
    /// False in programs that are compiled ahead of time, where no kernel can be compiled; a file-based program is one
    /// by default.
    /// </summary>
    private static readonly bool CanCompileKernels = RuntimeFeature.IsDynamicCodeSupported;

    private readonly Context? _context;
    private readonly IReadOnlyList<ILGPU.Runtime.Device> _devices;

    private DeviceProbe(DeviceKind kind, bool isTimed)
    {
        Kind = kind;
        (_devices, Infos) = ([], []);
        if (!CanCompileKernels) return;
        NativeLibraries.Resolve();
        _context = Context.Create(builder =>
        {
            Register(builder, kind);
            if (isTimed) builder.Profiling();
        });
        // ILGPU adds its emulator to a context without devices.
        _devices = [.. _context.Devices.Where(device => kind == DeviceKind.Emulated || device is not CPUDevice)];
        Infos = [.. _devices.Select(Describe)];
    }

    public DeviceKind Kind { get; }

    /// <summary>The devices, in the driver's order.</summary>
    public IReadOnlyList<DeviceInfo> Infos { get; }

    /// <summary>Why there is no device of this kind; empty if there is one.</summary>
    public string Absence => _devices.Count > 0 ? ""
        : !CanCompileKernels ? "kernels can't be compiled in a program without dynamic code; set its property "
            + "PublishAot to false"
        : NativeLibraries.Has(Kind) ? $"the driver ({NativeLibraries.NameOf(Kind)}) reports no device"
        : UnusedNvidia ?? $"no driver found ({NativeLibraries.NameOf(Kind)})";

    /// <summary>Whether there is a GPU of this kind, usable or not.</summary>
    public bool IsGpuPresent => Infos.Any(info => info.IsGpu) || UnusedNvidia is not null;

    private string? UnusedNvidia => Kind == DeviceKind.Cuda ? new NvidiaDriver("/").WhyMissing() : null;

    /// <param name="kind">Kind of devices.</param>
    /// <param name="isTimed">Whether streams support timing events.</param>
    public static DeviceProbe Of(DeviceKind kind, bool isTimed = false) => new(kind, isTimed);

    /// <summary>
    /// Creates an engine on one of the devices. It takes ownership of this probe's context, so the probe must not be
    /// used afterwards.
    /// </summary>
    /// <param name="index">Index in <see cref="Infos"/>.</param>
    /// <param name="memoryBytes">Maximum bytes of device memory to use; null for all that is free.</param>
    /// <param name="hostThreads">Threads of the CPU for what is done beside the device.</param>
    /// <param name="notes">Told what does not fit.</param>
    /// <exception cref="GpuAlsException">Kind Device: the driver failed.</exception>
    public DeviceEngine CreateEngine(int index, long? memoryBytes, int hostThreads, IProgress<MemoryNote>? notes)
    {
        var info = Infos[index];
        var description = new EngineDescription(info.Id, info.Name);
        try
        {
            var accelerator = _devices[index].CreateAccelerator(_context!);
            return new DeviceEngine(accelerator, description, memoryBytes, notes)
            {
                HostThreads = hostThreads,
                Owned = [accelerator, _context!],
            };
        }
        catch (Exception exception) when (DeviceErrors.IsOfDevice(exception))
        {
            throw DeviceErrors.Translate(exception, description, info.MemoryBytes ?? 0, "when it was opened");
        }
    }

    public void Dispose() => _context?.Dispose();

    /// <summary>The name of a kind in <c>--device</c>.</summary>
    public static string KindName(DeviceKind kind) => kind switch
    {
        DeviceKind.Cuda => "cuda",
        DeviceKind.OpenCl => "opencl",
        DeviceKind.Emulated => "emulated",
        _ => "cpu",
    };

    private static void Register(Context.Builder builder, DeviceKind kind)
    {
        // O2 moves loads of shared memory across barriers.
        builder.Optimize(OptimizationLevel.O1);
        Predicate<CudaDevice> anyCuda = _ => true;
        if (kind == DeviceKind.Cuda) builder.Cuda(anyCuda);
        else if (kind == DeviceKind.OpenCl) builder.OpenCL(_ => true);
        else builder.CPU(new CPUDevice(numThreadsPerWarp: 32, numWarpsPerMultiprocessor: 4, numMultiprocessors: 1));
    }

    private DeviceInfo Describe(ILGPU.Runtime.Device device, int index)
    {
        var problem = device switch
        {
            CudaDevice cuda => Problem(cuda),
            CLDevice cl => Problem(cl),
            _ => "",
        };
        var note = problem.Length > 0 ? problem : device switch
        {
            CudaDevice cuda => $"compute capability {cuda.Architecture}, {cuda.NumMultiprocessors} multiprocessors",
            CLDevice cl => $"{cl.PlatformName}, {cl.CLStdVersion}",
            _ => "runs the device kernels on the CPU, thousands of times slower than cpu; for tests",
        };
        var isGpu = device is CudaDevice || device is CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_GPU };
        var isEmulated = Kind == DeviceKind.Emulated;
        return new DeviceInfo(
            isEmulated ? "emulated" : $"{KindName(Kind)}:{index}",
            isEmulated ? "ILGPU's CPU accelerator" : device.Name.Trim(),
            isEmulated ? null : device.MemorySize,
            problem.Length == 0, isGpu, note);
    }

    private static string Problem(CudaDevice device) =>
        device.Architecture is null ? "its compute capability is not known to ILGPU"
        : device.InstructionSet is not { } set || !PTXCodeGenerator.SupportedInstructionSets.Contains(set)
            ? "its driver is too old; update the NVIDIA driver"
        : "";

    private static string Problem(CLDevice device) =>
        device.CLStdVersion < CLCVersion.CL20 ? $"it has {device.CLStdVersion}; OpenCL C 2.0 is needed"
        : !device.Capabilities.GenericAddressSpace ? "it has no generic address space, which the kernels need"
        : !device.Capabilities.Float64 ? "it has no fp64, which sums need"
        : "";
}

/// <summary>A device, or the reason why there is no device of a kind.</summary>
/// <param name="Id">Its name in <c>--device</c>, such as <c>cuda:0</c>.</param>
/// <param name="Name">Its name, as the driver reports it.</param>
/// <param name="MemoryBytes">Its memory; null if there is no device.</param>
/// <param name="IsUsable">Whether gpuals can compute on it.</param>
/// <param name="IsGpu">Whether it is a GPU.</param>
/// <param name="Note">Why it cannot be used, or other information.</param>
public sealed record DeviceInfo(string Id, string Name, long? MemoryBytes, bool IsUsable, bool IsGpu, string Note);

/// <summary>The devices of this machine.</summary>
internal static class DeviceCatalog
{
    private static readonly DeviceKind[] Kinds = [DeviceKind.Cuda, DeviceKind.OpenCl, DeviceKind.Emulated];

    /// <summary>Lists every device and, for each kind without one, the reason.</summary>
    public static IReadOnlyList<DeviceInfo> List()
    {
        var devices = new List<DeviceInfo> { Host() };
        foreach (var kind in Kinds)
        {
            using var probe = DeviceProbe.Of(kind);
            if (probe.Infos.Count > 0) devices.AddRange(probe.Infos);
            else devices.Add(new DeviceInfo(DeviceProbe.KindName(kind), "", null, false, false, probe.Absence));
        }

        return devices;
    }

    private static DeviceInfo Host()
    {
        using var engine = new HostEngine();
        return new DeviceInfo(
            "cpu", engine.Description.Name, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, true, false,
            "SIMD on all cores");
    }
}
