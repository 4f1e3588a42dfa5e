namespace GpuAls;

/// <summary>
/// A device that models are trained and lists are made on. It holds device memory until it is disposed, and must not
/// be used by several threads at once.
/// </summary>
public sealed class Engine : IDisposable
{
    private Engine(IAlsEngine implementation, string reason) => (Implementation, Reason) = (implementation, reason);

    /// <summary>The device as <c>--device</c> names it, such as <c>cuda:0</c>.</summary>
    public string Device => Implementation.Description.Id;

    /// <summary>The name of the CPU or GPU.</summary>
    public string Name => Implementation.Description.Name;

    /// <summary>Why this device was chosen.</summary>
    public string Reason { get; }

    internal IAlsEngine Implementation { get; }

    /// <summary>Opens a device.</summary>
    /// <param name="device">The device; <see cref="GpuAls.Device.Auto"/> by default.</param>
    /// <exception cref="GpuAlsException">Kind Device: there is no such device, or it can't be used.</exception>
    public static Engine Create(Device? device = null)
    {
        var implementation = EngineFactory.Create((device ?? GpuAls.Device.Auto).Request, out var choice);
        return new Engine(implementation, choice.Reason);
    }

    /// <summary>Releases the device and its memory.</summary>
    public void Dispose() => Implementation.Dispose();

    /// <inheritdoc/>
    public override string ToString() => Implementation.Description.ToString();
}
