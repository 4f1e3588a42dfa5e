namespace GpuAls;

/// <summary>What this machine can compute on.</summary>
public static class DeviceCatalog
{
    private static readonly DeviceKind[] Kinds = [DeviceKind.Cuda, DeviceKind.OpenCl, DeviceKind.Emulated];

    /// <summary>Every device, and for each kind that has none the reason.</summary>
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
        return new DeviceInfo("cpu", engine.Description.Name, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, true, false, "SIMD on all cores");
    }
}
