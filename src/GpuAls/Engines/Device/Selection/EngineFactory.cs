namespace GpuAls;

/// <summary>Creates the engine that the user requested.</summary>
internal static class EngineFactory
{
    /// <summary>Creates the engine for a request.</summary>
    /// <param name="request">The requested device.</param>
    /// <param name="choice">Why it is this device.</param>
    /// <param name="notes">Told what does not fit in the device's memory.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Device: there is no such device, or it cannot be used. Kind Usage: a memory limit for a device that has
    /// none.
    /// </exception>
    public static IAlsEngine Create(
        DeviceRequest request, out DeviceChoice choice, IProgress<MemoryNote>? notes = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var opening = new Opening(request.MemoryBytes, notes) { Process = request.Process };
        choice = new DeviceChoice("", "requested");
        var engine = request.Kind switch
        {
            DeviceKind.Auto when request.WhyCpu is { } why => OnCpu(why, request.Process, out choice),
            DeviceKind.Auto => Choose(opening, out choice),
            DeviceKind.Cpu => OpenHost(request),
            _ => Open(request, opening),
        };
        choice = choice.With(MemoryNote(engine.Capabilities.DeviceMemoryBytes, request.MemoryBytes));
        return engine;
    }

    /// <summary>The same, for a device whose launches will be timed.</summary>
    internal static DeviceEngine CreateTimed(DeviceRequest request) =>
        Open(request, new Opening(request.MemoryBytes, null), isTimed: true);

    private static HostEngine OnCpu(string why, LocalProcess process, out DeviceChoice choice)
    {
        choice = new DeviceChoice(why, why);
        return new HostEngine(process.Threads);
    }

    private static HostEngine OpenHost(DeviceRequest request)
    {
        Require.Usage(
            request.MemoryBytes is null,
            "--device-memory limits the memory used on a GPU, and cannot be used with --device cpu.");
        return new HostEngine(request.Process.Threads);
    }

    private static DeviceEngine Open(DeviceRequest request, Opening opening, bool isTimed = false)
    {
        var probe = DeviceProbe.Of(request.Kind, isTimed);
        try
        {
            var index = request.Index ?? request.Process.Rank % Math.Max(1, probe.Infos.Count);
            Check(probe, index);
            return opening.Open(probe, index);
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
            $"--device-memory {ByteSize.Text(bytes)} is more than the {ByteSize.Text(available)} available",
        ({ }, { } bytes) => $"at most {ByteSize.Text(bytes)} of its memory",
        _ => "--device-memory is ignored on the CPU",
    };

    private static void Check(DeviceProbe probe, int index)
    {
        const string Remedy = "Run `gpuals devices` to list the devices, or use --device cpu.";
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

    private static IAlsEngine Choose(Opening opening, out DeviceChoice choice)
    {
        var refusals = new List<Refusal>();
        foreach (var kind in (DeviceKind[])[DeviceKind.Cuda, DeviceKind.OpenCl])
        {
            if (TryOpenGpu(kind, opening, refusals) is not { } engine) continue;
            choice = DeviceChoice.OfGpu(kind, refusals);
            return engine;
        }

        choice = DeviceChoice.OfCpu(refusals);
        return new HostEngine(opening.Process.Threads);
    }

    private static DeviceEngine? TryOpenGpu(DeviceKind kind, Opening opening, List<Refusal> refusals)
    {
        var probe = DeviceProbe.Of(kind);
        var refusal = new Refusal(kind, WhyNot(probe), IsGpuPresent: probe.IsGpuPresent);
        try
        {
            int[] usable =
            [
                .. Enumerable.Range(0, probe.Infos.Count)
                    .Where(index => probe.Infos[index] is { IsUsable: true, IsGpu: true }),
            ];
            if (usable.Length > 0) return opening.Open(probe, usable[opening.Process.Rank % usable.Length]);
        }
        catch (GpuAlsException failure)
        {
            refusal = refusal with { Reason = failure.Message };
        }

        refusals.Add(refusal);
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
    private sealed record Opening(long? MemoryBytes, IProgress<MemoryNote>? Notes)
    {
        public LocalProcess Process { get; init; } = LocalProcess.Alone;

        public DeviceEngine Open(DeviceProbe probe, int index) =>
            probe.CreateEngine(index, MemoryBytes, Process.Threads, Notes);
    }
}

/// <summary>Why no GPU of a kind is used.</summary>
/// <param name="Kind">CUDA or OpenCL.</param>
/// <param name="Reason">Why.</param>
/// <param name="IsGpuPresent">Whether this machine has a GPU of this kind all the same.</param>
internal sealed record Refusal(DeviceKind Kind, string Reason, bool IsGpuPresent)
{
    public override string ToString() => $"{(Kind == DeviceKind.Cuda ? "CUDA" : "OpenCL")}: {Reason}";
}

/// <summary>Why it is this device.</summary>
/// <param name="Note">What the user should know of it, in a few words; empty for nothing.</param>
/// <param name="Reason">The whole reason.</param>
internal sealed record DeviceChoice(string Note, string Reason)
{
    private const string Details = "(run `gpuals devices` for details)";

    /// <summary>The CPU, because no GPU can be used.</summary>
    public static DeviceChoice OfCpu(IReadOnlyList<Refusal> refusals) => new(
        UnusedGpu(refusals) ?? $"no usable GPU found {Details}", string.Join("; ", refusals));

    /// <summary>A GPU; an NVIDIA GPU with a working driver would have been used through CUDA.</summary>
    public static DeviceChoice OfGpu(DeviceKind kind, IReadOnlyList<Refusal> refusals) => new(
        UnusedGpu(refusals) ?? "",
        refusals.Count == 0 ? $"the first usable {Words.Of(kind)} device" : string.Join("; ", refusals));

    /// <summary>The same with one more note; null for none.</summary>
    public DeviceChoice With(string? note) => string.IsNullOrEmpty(note)
        ? this
        : new DeviceChoice(Note.Length == 0 ? note : $"{Note}; {note}", $"{Reason}; {note}");

    private static string? UnusedGpu(IEnumerable<Refusal> refusals) =>
        refusals.FirstOrDefault(refusal => refusal.IsGpuPresent) is { } refusal
            ? $"{refusal.Reason} {Details}"
            : null;
}
