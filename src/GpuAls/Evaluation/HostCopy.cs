namespace GpuAls;

/// <summary>Factors where the processor can score them: those of the host engine themselves, a copy of those on a device.</summary>
internal sealed class HostCopy : IDisposable
{
    private readonly bool _isCopy;

    private HostCopy(HostEngine engine, IEngineFactors users, IEngineFactors items, bool isCopy) =>
        (Engine, Users, Items, _isCopy) = (engine, users, items, isCopy);

    public HostEngine Engine { get; }

    /// <summary>[users, rank].</summary>
    public IEngineFactors Users { get; }

    /// <summary>[items, rank].</summary>
    public IEngineFactors Items { get; }

    public static HostCopy Of(IAlsEngine engine, IEngineFactors users, IEngineFactors items)
    {
        if (engine is HostEngine host) return new HostCopy(host, users, items, isCopy: false);
        var processor = new HostEngine();
        return new HostCopy(processor, Copy(processor, users), Copy(processor, items), isCopy: true);
    }

    public void Dispose()
    {
        if (!_isCopy) return;
        Users.Dispose();
        Items.Dispose();
        Engine.Dispose();
    }

    private static IEngineFactors Copy(HostEngine processor, IEngineFactors factors)
    {
        var values = new float[factors.RowCount * factors.Rank];
        factors.CopyTo(values);
        return processor.LoadFactors(values, factors.Rank);
    }
}
