namespace GpuAls.App;

/// <summary>The folder of a search, which is filled while it runs, so that it can go on after a kill.</summary>
internal sealed class TuneFolder : IDisposable
{
    private readonly WorkFolder _folder;

    /// <param name="path">The folder; made where it is not there.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: it is the folder of a model. Kind Output: it holds other things than a search, or cannot be written.
    /// </exception>
    public TuneFolder(string path)
    {
        Collisions.CheckOutsideModels(Path.Combine(path, TuneWriter.Journal), "--output");
        _folder = new WorkFolder(
            OutputLocation.Of(path), TuneWriter.Journal, whyForeign: $"holds no {TuneWriter.Journal} of gpuals tune, but other files");
    }

    /// <summary>How messages name it.</summary>
    public string Name => _folder.Name;

    /// <summary>Opens the journal, as <see cref="TuneJournal.Open"/> does; what another search came to goes with its journal.</summary>
    public TuneJournal OpenJournal(string data, IReadOnlyDictionary<string, string> settings, bool overwrite)
    {
        var journal = TuneJournal.Open(_folder.OpenLog(), data, settings, overwrite);
        if (overwrite) _folder.Remove(TuneWriter.Results);
        return journal;
    }

    /// <summary>Writes what the search came to, in place of what an earlier run wrote.</summary>
    /// <exception cref="GpuAlsException">Kind Output: a file cannot be written.</exception>
    public async Task WriteAsync(TuneReport report, CancellationToken cancellation)
    {
        var output = _folder.OpenResults(TuneWriter.Results);
        await using (output.ConfigureAwait(false))
        {
            await TuneWriter.WriteAsync(output, report, cancellation).ConfigureAwait(false);
            await output.CommitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the folder if it was made and holds nothing.</summary>
    public void Dispose() => _folder.Dispose();
}
