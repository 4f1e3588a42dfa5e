namespace GpuAls;

/// <summary>Creates the engine that the user requested.</summary>
internal static class EngineFactory
{
    /// <summary>Creates the engine for a request.</summary>
    /// <param name="request">The requested device.</param>
    /// <param name="reason">Why this device was chosen, for the log.</param>
    /// <param name="streamed">Called when plays do not fit in the device's memory and are streamed.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Device: there is no such device, or it cannot be used. Kind Usage: a memory limit for a device that has
    /// none.
    /// </exception>
    public static IAlsEngine Create(DeviceRequest request, out string reason, IProgress<PlaysStreamed>? streamed = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var opening = new Opening(request.MemoryBytes, streamed);
        reason = "as --device asks";
        var engine = request.Kind switch
        {
            DeviceKind.Auto when request.WhyCpu is { } why => OnCpu(why, out reason),
            DeviceKind.Auto => Choose(opening, out reason),
            DeviceKind.Cpu => OpenHost(request),
            _ => Open(request, opening),
        };
        reason += MemoryNote(engine.Capabilities.DeviceMemoryBytes, request.MemoryBytes);
        return engine;
    }

    /// <summary>The same, for a device whose launches will be timed.</summary>
    internal static DeviceEngine CreateTimed(DeviceRequest request) =>
        Open(request, new Opening(request.MemoryBytes, null), isTimed: true);

    private static HostEngine OnCpu(string why, out string reason)
    {
        reason = $"auto: {why}";
        return new HostEngine();
    }

    private static HostEngine OpenHost(DeviceRequest request)
    {
        Require.Usage(
            request.MemoryBytes is null,
            "--device-memory bounds what is taken of a GPU's memory; --device cpu computes in the memory of this "
            + "machine, without such a bound. Leave it out, or choose another device.");
        return new HostEngine();
    }

    private static DeviceEngine Open(DeviceRequest request, Opening opening, bool isTimed = false)
    {
        var probe = DeviceProbe.Of(request.Kind, isTimed);
        try
        {
            Check(probe, request.Index);
            return opening.Open(probe, request.Index);
        }
        catch
        {
            probe.Dispose();
            throw;
        }
    }

    private static string MemoryNote(long? availableBytes, long? memoryBytes) => (availableBytes, memoryBytes) switch
    {
        (_, null) => "",
        ({ } available, { } bytes) when bytes > available =>
            $"; --device-memory {ByteSize.Text(bytes)} is more than the {ByteSize.Text(available)} "
            + "that it has for gpuals, which count",
        ({ }, { } bytes) => $"; at most {ByteSize.Text(bytes)} of its memory",
        _ => "; --device-memory bounds the memory of GPUs and has no effect here",
    };

    private static void Check(DeviceProbe probe, int index)
    {
        const string Remedy = "`gpuals devices` lists what there is; --device cpu works everywhere.";
        var kind = DeviceProbe.KindName(probe.Kind);
        if (probe.Infos.Count == 0)
            throw new GpuAlsException(FailureKind.Device, $"--device {kind}: {probe.Absence}. {Remedy}");
        if (index >= probe.Infos.Count)
            throw new GpuAlsException(
                FailureKind.Device,
                $"--device {kind}:{index}: there {(probe.Infos.Count == 1 ? "is" : "are")} "
                + $"{Counted.Of(probe.Infos.Count, "such device")}, counted from 0. {Remedy}");
        var info = probe.Infos[index];
        if (!info.IsUsable)
            throw new GpuAlsException(FailureKind.Device, $"--device {info.Id} ({info.Name}): {info.Note}. {Remedy}");
    }

    private static IAlsEngine Choose(Opening opening, out string reason)
    {
        var refusals = new List<string>();
        foreach (var kind in (DeviceKind[])[DeviceKind.Cuda, DeviceKind.OpenCl])
        {
            if (TryOpenGpu(kind, opening, refusals) is not { } engine) continue;
            reason = refusals.Count == 0
                ? "auto: the first usable CUDA device"
                : $"auto: {string.Join("; ", refusals)}";
            return engine;
        }

        reason = $"auto: {string.Join("; ", refusals)}";
        return new HostEngine();
    }

    private static DeviceEngine? TryOpenGpu(DeviceKind kind, Opening opening, List<string> refusals)
    {
        var probe = DeviceProbe.Of(kind);
        var refusal = WhyNot(probe);
        try
        {
            var index = probe.Infos.ToList().FindIndex(info => info is { IsUsable: true, IsGpu: true });
            if (index >= 0) return opening.Open(probe, index);
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
        probe.Infos.Count == 0
            ? probe.Absence
            : string.Join(
                ", ",
                probe.Infos.Select(info => info.IsUsable ? $"{info.Name} is not a GPU" : $"{info.Name}: {info.Note}"));

    /// <summary>The settings with which device engines are opened.</summary>
    private sealed record Opening(long? MemoryBytes, IProgress<PlaysStreamed>? Streamed)
    {
        public DeviceEngine Open(DeviceProbe probe, int index) => probe.CreateEngine(index, MemoryBytes, Streamed);
    }
}
