using GpuAls.Engines.Host;

namespace GpuAls.Engines.Device;

/// <summary>From what the user asked for to an engine.</summary>
public static class EngineFactory
{
    /// <summary>Makes the engine that a request asks for.</summary>
    /// <param name="request">Which device.</param>
    /// <param name="reason">Why it is this one, for the log.</param>
    /// <exception cref="GpuAlsException">Kind Device: there is no such device, or it cannot be used.</exception>
    public static IAlsEngine Create(DeviceRequest request, out string reason)
    {
        ArgumentNullException.ThrowIfNull(request);
        reason = "as --device asks";
        return request.Kind switch
        {
            DeviceKind.Auto => Choose(out reason),
            DeviceKind.Cpu => new HostEngine(),
            _ => Open(request),
        };
    }

    /// <summary>The same for a device whose launches are to be timed.</summary>
    internal static DeviceEngine CreateTimed(DeviceRequest request) => Open(request, isTimed: true);

    private static DeviceEngine Open(DeviceRequest request, bool isTimed = false)
    {
        var probe = DeviceProbe.Of(request.Kind, isTimed);
        try
        {
            Check(probe, request.Index);
            return probe.CreateEngine(request.Index);
        }
        catch
        {
            probe.Dispose();
            throw;
        }
    }

    private static void Check(DeviceProbe probe, int index)
    {
        const string Remedy = "`gpuals devices` lists what there is; --device cpu works everywhere.";
        var kind = DeviceProbe.KindName(probe.Kind);
        if (probe.Infos.Count == 0) throw new GpuAlsException(FailureKind.Device, $"--device {kind}: {probe.Absence}. {Remedy}");
        if (index >= probe.Infos.Count)
            throw new GpuAlsException(FailureKind.Device, $"--device {kind}:{index}: there {(probe.Infos.Count == 1 ? "is" : "are")} {Counted.Of(probe.Infos.Count, "such device")}, counted from 0. {Remedy}");
        var info = probe.Infos[index];
        if (!info.IsUsable) throw new GpuAlsException(FailureKind.Device, $"--device {info.Id} ({info.Name}): {info.Note}. {Remedy}");
    }

    private static IAlsEngine Choose(out string reason)
    {
        var refusals = new List<string>();
        foreach (var kind in (DeviceKind[])[DeviceKind.Cuda, DeviceKind.OpenCl])
        {
            if (TryOpenGpu(kind, refusals) is not { } engine) continue;
            reason = refusals.Count == 0 ? "auto: the first usable CUDA device" : $"auto: {string.Join("; ", refusals)}";
            return engine;
        }

        reason = $"auto: {string.Join("; ", refusals)}";
        return new HostEngine();
    }

    private static DeviceEngine? TryOpenGpu(DeviceKind kind, List<string> refusals)
    {
        var probe = DeviceProbe.Of(kind);
        var refusal = WhyNot(probe);
        try
        {
            var index = probe.Infos.ToList().FindIndex(info => info is { IsUsable: true, IsGpu: true });
            if (index >= 0) return probe.CreateEngine(index);
        }
        catch (GpuAlsException failure)
        {
            refusal = failure.Message;
        }

        refusals.Add($"no GPU through {(kind == DeviceKind.Cuda ? "CUDA" : "OpenCL")} ({refusal})");
        probe.Dispose();
        return null;
    }

    private static string WhyNot(DeviceProbe probe) =>
        probe.Infos.Count == 0 ? probe.Absence : string.Join(", ", probe.Infos.Select(info => info.IsUsable ? $"{info.Name} is not a GPU" : $"{info.Name}: {info.Note}"));
}
