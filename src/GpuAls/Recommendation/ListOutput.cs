using System.Text.RegularExpressions;

namespace GpuAls;

/// <summary>Where lists go: a file or a table, which the caller commits.</summary>
internal interface IListOutput
{
    /// <summary>How messages name it.</summary>
    string Name { get; }

    /// <summary>Whether each process writes the lists that it makes; else process 0 writes those of all.</summary>
    bool IsShared => false;

    /// <summary>Writes all lists; the next are computed while these are written.</summary>
    /// <exception cref="GpuAlsException">Kind Output: they cannot be written.</exception>
    Task WriteAsync(
        FactorModel model, IEnumerable<RecommendationBatch> lists, CancellationToken cancellation = default);
}

/// <summary>
/// A file of lists, in the format that its extension asks for: one with all lists, or in a folder that of one process.
/// There the rows of all parts, one after the other, are those of the one file.
/// </summary>
/// <param name="File">The file, whose output the caller commits; of parts in all processes at once.</param>
/// <param name="Format">The format.</param>
internal sealed partial record ListFile(OutputFile File, ListFormat Format) : IListOutput
{
    /// <inheritdoc/>
    public string Name => IsShared ? File.Output.Name : File.Name;

    /// <inheritdoc/>
    public bool IsShared { get; private init; }

    /// <summary>The columns for a model.</summary>
    public Func<FactorModel, ListColumns> Columns { get; init; } = model => new ListColumns(model);

    /// <summary>Whether a location is a folder, with a part for each process.</summary>
    public static bool IsFolder(string? location) =>
        location is not null && !Databases.Has(location) && Path.EndsInDirectorySeparator(location);

    /// <summary>Opens a file, or a folder together with the other processes.</summary>
    /// <param name="location">The file or folder, whose extension says the format.</param>
    /// <param name="shape">What a row is.</param>
    /// <param name="overwrite">Whether an existing file or folder is replaced.</param>
    /// <param name="group">The processes.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: the extension is not that of a format with this shape. Kind Output: it exists, or cannot be written.
    /// </exception>
    public static async Task<ListFile> OpenAsync(
        string location, ListShape shape, bool overwrite, IProcessGroup group, CancellationToken cancellation)
    {
        var format = ListFormat.Of(location, shape);
        if (!IsFolder(location))
            return new ListFile(
                await OutputLocation.Of(location).OpenFileAsync(overwrite, cancellation).ConfigureAwait(false), format);
        var folder = await SharedFolder.OpenAsync(group, location, overwrite, WhyForeignAsync, cancellation)
            .ConfigureAwait(false);
        return new ListFile(new OutputFile(folder, $"part-{group.Rank:D5}{format.Extension}"), format)
        {
            IsShared = true,
        };
    }

    /// <summary>Keeps folders from being replaced that hold anything but parts.</summary>
    /// <inheritdoc cref="ForeignCheck"/>
    public static ValueTask<string?> WhyForeignAsync(ExistingFiles existing, CancellationToken cancellation)
    {
        var foreign = existing.Files.FirstOrDefault(name => name != FolderOutput.SuccessFile && !Part().IsMatch(name));
        return new ValueTask<string?>(foreign is null ? null : $"contains '{foreign}', which is no part of lists");
    }

    /// <inheritdoc/>
    public Task WriteAsync(
        FactorModel model, IEnumerable<RecommendationBatch> lists, CancellationToken cancellation = default) =>
        File.WriteAsync(
            stream => RecommendationWriter.WriteAsync(Format.SinkTo(stream, Columns(model)), lists, cancellation),
            cancellation);

    [GeneratedRegex(@"^part-\d{5,}\.(parquet|csv|jsonl)$")]
    private static partial Regex Part();
}
