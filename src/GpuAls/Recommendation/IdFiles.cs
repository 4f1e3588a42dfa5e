using System.Buffers;
using System.Text;

namespace GpuAls;

/// <summary>
/// Ids from files other than plays: lists of ids, pairs of ids, names of ids. Tables have the formats of plays; any
/// other file has an id on each line.
/// </summary>
internal static class IdFiles
{
    private static readonly string[] LineExtensions = [".TXT", ".DAT"];

    /// <summary>The ids of a file, each once, in the order in which they first appear.</summary>
    /// <param name="location">The file; or a folder or a glob of tables.</param>
    /// <param name="schema">How tables are read; the ids are in its column of items.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the file cannot be read, lacks the column, or has bad rows.
    /// </exception>
    public static async Task<IReadOnlyList<string>> ReadListAsync(
        string location, InteractionSchema schema, CancellationToken cancellation)
    {
        var ids = await ReadColumnAsync(location, schema, cancellation).ConfigureAwait(false);
        return [.. ids.Where(id => id.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The ids of all rows or lines of a file, in their order.</summary>
    /// <inheritdoc cref="ReadListAsync"/>
    public static async Task<IReadOnlyList<string>> ReadColumnAsync(
        string location, InteractionSchema schema, CancellationToken cancellation)
    {
        if (HasLines(location))
            return await ReadLinesAsync(
                location, schema, $"one id per line, or a table: {InputFormats.Expected}", cancellation)
                .ConfigureAwait(false);
        var files = await ResolveAsync(location, cancellation).ConfigureAwait(false);
        var list = new Dictionary<string, PartitionValue> { [InteractionSchema.NoColumn] = new("0", IdType.Integer32) };
        var rows = await LoadAsync(
            [.. files.Select(file => file with { Partitions = With(file.Partitions, list) })],
            schema with { UserColumn = InteractionSchema.NoColumn },
            cancellation).ConfigureAwait(false);
        return [.. rows.ItemIndices.Select(rows.Items.Format)];
    }

    /// <summary>The rows of a table, whose ids need not be those of plays.</summary>
    /// <param name="location">A file, a folder or a glob.</param>
    /// <param name="schema">The two columns, and how they are read.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The rows in their order; there may be none.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the file cannot be read, lacks a column, or has bad rows. Kind Usage: both columns are one.
    /// </exception>
    public static async Task<IndexedInteractions> ReadPairsAsync(
        string location, InteractionSchema schema, CancellationToken cancellation) =>
        await LoadAsync(
            await ResolveAsync(location, cancellation).ConfigureAwait(false), schema, cancellation)
            .ConfigureAwait(false);

    private static Task<IReadOnlyList<InputFile>> ResolveAsync(string location, CancellationToken cancellation)
    {
        Require.Usage(
            !Databases.Has(location), $"'{location}' is in a database; expected a file. Export the rows to a file.");
        return InputLocation.ResolveAsync([location], cancellation);
    }

    private static Task<IndexedInteractions> LoadAsync(
        IReadOnlyList<InputFile> files, InteractionSchema schema, CancellationToken cancellation) =>
        InteractionLoader.LoadAsync(
            new FileInteractionSource(files, schema with { WeightColumn = null, TimeColumn = null }), null,
            cancellation, mayBeEmpty: true);

    private static Dictionary<string, PartitionValue> With(
        IReadOnlyDictionary<string, PartitionValue> partitions, Dictionary<string, PartitionValue> more) =>
        partitions.Concat(more).ToDictionary(StringComparer.Ordinal);

    /// <summary>Whether a file has an id on each line: it is not a table, nor a folder or a glob of them.</summary>
    private static bool HasLines(string location)
    {
        if (InputFormats.TryOf(location, out _, out var compression))
            return LineExtensions.Contains(InputFormats.ExtensionOf(location, compression).ToUpperInvariant());
        return !Path.EndsInDirectorySeparator(location) && !Directory.Exists(location) && !Glob.IsPattern(location);
    }

    /// <summary>The lines of a file, which may be compressed.</summary>
    /// <param name="location">The file.</param>
    /// <param name="schema">How text is read.</param>
    /// <param name="expected">What messages expect of a text file.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: the file cannot be read.</exception>
    public static async Task<IReadOnlyList<string>> ReadLinesAsync(
        string location, InteractionSchema schema, string expected, CancellationToken cancellation)
    {
        Require.Usage(
            !Databases.Has(location), $"'{location}' is in a database; expected a file. Export the ids to a file.");
        try
        {
            var source = await Stores.FindFileAsync(location, cancellation).ConfigureAwait(false)
                ?? throw new FileNotFoundException("it does not exist.");
            InputFormats.TryOf(location, out _, out var compression);
            var file = new InputFile(source, InputFormat.Delimited, compression);
            using var text = await TextSource.OpenAsync(file, schema, cancellation).ConfigureAwait(false);
            var bytes = new ArrayBufferWriter<byte>();
            for (var read = 1; read > 0; bytes.Advance(read)) read = text.Read(bytes.GetSpan(1 << 16));
            return [.. Lines(Encoding.UTF8.GetString(bytes.WrittenSpan))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"cannot read the ids in '{location}': {exception.Message} Expected a text file with {expected}.",
                exception);
        }
    }

    private static IEnumerable<string> Lines(string text)
    {
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line) yield return line;
    }
}
