namespace GpuAls.App;

/// <summary>The page of a run, which appears when the run has ended well.</summary>
internal sealed class ReportFile : IDisposable
{
    private readonly StagedFile _file;

    private ReportFile(StagedFile file) => _file = file;

    /// <summary>Takes the place of a page; null where none is asked for.</summary>
    /// <exception cref="GpuAlsException">Kind Output: the file exists, or its place cannot be written.</exception>
    public static ReportFile? Begin(ReportOptions? options, bool overwrite) => options is null ? null : new ReportFile(new StagedFile(options.File, overwrite));

    /// <summary>Writes the page aside.</summary>
    /// <exception cref="GpuAlsException">Kind Output: the file cannot be written.</exception>
    public void Write(ReportData data) => ReportWriter.Write(_file.Place, data);

    /// <summary>Gives the page its name.</summary>
    /// <exception cref="GpuAlsException">Kind Output: the rename was refused.</exception>
    public void Commit() => _file.Commit();

    public void Dispose() => _file.Dispose();
}
