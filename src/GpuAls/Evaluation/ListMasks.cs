namespace GpuAls;

/// <summary>What lists leave out, on the engine that makes them: it is brought there once, and stays for the next measurement.</summary>
/// <param name="listed">Which items the lists may have.</param>
internal sealed class ListMasks(ListedItems listed) : IDisposable
{
    private readonly Dictionary<RowRange, IEnginePlays> _loaded = [];
    private IAlsEngine? _engine;

    /// <summary>The mask of some users' lists.</summary>
    /// <param name="engine">Where the lists are made; masks on another engine are freed.</param>
    /// <param name="rows">The users.</param>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public IEnginePlays On(IAlsEngine engine, RowRange rows)
    {
        if (engine != _engine) Dispose();
        _engine = engine;
        if (!_loaded.TryGetValue(rows, out var mask)) _loaded.Add(rows, mask = engine.LoadPlays(listed.Mask(rows.Start, rows.Count)));
        return mask;
    }

    /// <summary>Frees the engine's memory.</summary>
    public void Dispose()
    {
        foreach (var mask in _loaded.Values) mask.Dispose();
        _loaded.Clear();
    }
}
