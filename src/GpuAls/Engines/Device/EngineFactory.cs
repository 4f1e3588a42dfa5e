namespace GpuAls.Engines.Device;

/// <summary>Stub while the device engine is on its way.</summary>
public static class EngineFactory
{
    /// <summary>Stub.</summary>
    public static IAlsEngine Create(DeviceRequest request, out string reason)
    {
        reason = "host only";
        return new Host.HostEngine();
    }
}
