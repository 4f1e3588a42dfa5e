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
    private readonly Context _context;
    private readonly IReadOnlyList<ILGPU.Runtime.Device> _devices;

    private DeviceProbe(DeviceKind kind, bool isTimed)
    {
        NativeLibraries.Resolve();
        Kind = kind;
        _context = Context.Create(builder =>
        {
            Register(builder, kind);
            if (isTimed) builder.Profiling();
        });
        // A context without devices gets ILGPU's emulator.
        _devices = [.. _context.Devices.Where(device => kind == DeviceKind.Emulated || device is not CPUDevice)];
        Infos = [.. _devices.Select(Describe)];
    }

    public DeviceKind Kind { get; }

    /// <summary>What there is, in the driver's order.</summary>
    public IReadOnlyList<DeviceInfo> Infos { get; }

    /// <summary>Why there is no device of the kind; empty where there is one.</summary>
    public string Absence => _devices.Count > 0 ? ""
        : NativeLibraries.Has(Kind) ? $"the driver ({NativeLibraries.NameOf(Kind)}) reports no device"
        : $"no driver: {NativeLibraries.NameOf(Kind)} was not found";

    /// <param name="kind">Which devices.</param>
    /// <param name="isTimed">Whether streams take events that measure time.</param>
    public static DeviceProbe Of(DeviceKind kind, bool isTimed = false) => new(kind, isTimed);

    /// <summary>An engine on one of the devices; it takes over the context of this probe, which is used no more.</summary>
    /// <param name="index">Which of <see cref="Infos"/>.</param>
    /// <param name="memoryBytes">The most memory to take of it; null for what is free.</param>
    /// <param name="streamed">Told when plays do not fit.</param>
    /// <exception cref="GpuAlsException">Kind Device: the driver refuses.</exception>
    public DeviceEngine CreateEngine(int index, long? memoryBytes, IProgress<PlaysStreamed>? streamed)
    {
        var info = Infos[index];
        var description = new EngineDescription(info.Id, info.Name);
        try
        {
            return new DeviceEngine(_context, _devices[index].CreateAccelerator(_context), description, memoryBytes, streamed);
        }
        catch (Exception exception) when (DeviceErrors.IsOfDevice(exception))
        {
            throw DeviceErrors.Translate(exception, description, info.MemoryBytes ?? 0, "when it was opened");
        }
    }

    public void Dispose() => _context.Dispose();

    /// <summary>The kind as <c>--device</c> writes it.</summary>
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
            isEmulated ? "emulated" : $"{KindName(Kind)}:{index}", isEmulated ? "ILGPU's CPU accelerator" : device.Name.Trim(), isEmulated ? null : device.MemorySize, problem.Length == 0, isGpu, note);
    }

    private static string Problem(CudaDevice device) =>
        device.Architecture is null ? "its compute capability is not known to ILGPU"
        : device.InstructionSet is not { } set || !PTXCodeGenerator.SupportedInstructionSets.Contains(set) ? "its driver is too old; update the NVIDIA driver"
        : "";

    private static string Problem(CLDevice device) =>
        device.CLStdVersion < CLCVersion.CL20 ? $"it has {device.CLStdVersion}; OpenCL C 2.0 is needed"
        : !device.Capabilities.GenericAddressSpace ? "it has no generic address space, which the kernels need"
        : !device.Capabilities.Float64 ? "it has no fp64, which sums need"
        : "";
}
