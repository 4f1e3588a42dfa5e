using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace GpuAls;

/// <summary>
/// Reads plays by several processes together. Each reads a share of the input and gets the rows of users and items that
/// it owns, exactly those that <see cref="InteractionMatrix.ShareOf"/> cuts out of what one process loads; none ever
/// holds all plays. What one process would refuse, all refuse, with the same message; but a process that cannot read
/// its share fails alone, which ends the group. With one process this is <see cref="InteractionLoader"/> and
/// <see cref="PlayWorth"/>.
/// </summary>
internal static class SharedPlays
{
    private const int EdgeBytes = 1 << 12;

    /// <summary>The plays of files that all processes see.</summary>
    /// <param name="locations">Files, folders or globs.</param>
    /// <param name="schema">Which columns are read, and how.</param>
    /// <param name="group">The processes.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: some are not there, or processes see others.</exception>
    public static async Task<IInteractionSource> SourceAsync(
        IReadOnlyList<string> locations, InteractionSchema schema, IProcessGroup group,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(group);
        schema.CheckDistinct();
        var files = await InputLocation.ResolveAsync(locations, cancellation).ConfigureAwait(false);
        await CheckSameAsync(files, group, cancellation).ConfigureAwait(false);
        return new FileInteractionSource(files, schema);
    }

    /// <summary>Loads plays from a source that all processes see; a database is read by the first of them.</summary>
    /// <param name="source">The plays.</param>
    /// <param name="options">
    /// What plays are worth, if all are trained on; null for their weights as they are, and the rows once more where
    /// they have times, each at the owner of its user.
    /// </param>
    /// <param name="sharing">The processes.</param>
    /// <param name="progress">Told after each batch how much of its share this process has read.</param>
    /// <param name="roundBytes">Bytes of ids that a process sends at once, about.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="GpuAlsException">
    /// As of <see cref="InteractionLoader"/> and <see cref="PlayWorth"/>. Also kind BadInput: one would have more plays
    /// than it can hold.
    /// </exception>
    public static async Task<(IndexedInteractions Rows, InteractionMatrix Plays)> LoadAsync(
        IInteractionSource source,
        AlsOptions? options,
        PlaySharing sharing,
        IProgress<ReadProgress>? progress = null,
        int roundBytes = IdExchange.UsualRoundBytes,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(sharing);
        if (sharing.IsAlone)
        {
            var all = await InteractionLoader.LoadAsync(source, progress, cancellation).ConfigureAwait(false);
            var kept = KeptRows(all, options);
            return (kept, options is null ? CsrBuilder.Build(all) : PlayWorth.Build(all, options));
        }

        var (rows, rowsOfUsers) = await InteractionLoader.LoadShareAsync(
            source, sharing.Group, progress, cancellation, sharing.Most, roundBytes).ConfigureAwait(false);
        var timed = KeptRows(rows, options);
        var plays = PlayWorth.BuildShared(rows, rowsOfUsers, options ?? AlsOptions.Default, sharing);
        return timed == rows
            ? (rows, plays)
            : (SharedEntries.SendToOwners(sharing.Group, timed, plays.UserShares, sharing.Most), plays);
    }

    /// <summary>The rows, or a copy of those that are needed after they have moved into the matrices.</summary>
    private static IndexedInteractions KeptRows(IndexedInteractions rows, AlsOptions? options) =>
        rows.Times is null || options is not null ? rows : rows.Where(_ => true);

    /// <summary>Processes that see other files would read some plays twice and others never.</summary>
    private static async Task CheckSameAsync(
        IReadOnlyList<InputFile> files, IProcessGroup group, CancellationToken cancellation)
    {
        if (group.Size == 1) return;
        var hash = new XxHash3();
        foreach (var file in files)
        {
            hash.Append(Encoding.UTF8.GetBytes(file.Path));
            hash.Append(MemoryMarshal.AsBytes<long>([file.Bytes]));
            await AppendEdgesAsync(hash, file.Source, cancellation).ConfigureAwait(false);
        }

        var seen = group.AllGather(
            (Hash: hash.GetCurrentHashAsUInt64(), files.Count, Bytes: files.Sum(file => file.Bytes)));
        var other = Array.FindIndex(seen, process => process != seen[0]);
        if (other < 0) return;
        var isAsLong = seen[other] == (seen[other].Hash, seen[0].Count, seen[0].Bytes);
        throw new GpuAlsException(
            FailureKind.BadInput,
            $"processes see different plays: {Describe(0)} and {Describe(other)}"
            + $"{(isAsLong ? ", with other names or contents" : "")}. Give locations where all of them find the same "
            + "files, such as a network file system or S3.");

        string Describe(int process) => $"process {process} finds "
            + $"{Counted.Of(seen[process].Count, "file")} of {Counted.Of(seen[process].Bytes, "byte")}";
    }

    /// <summary>
    /// Adds the first and the last bytes of a local file, by which copies on several machines are told from files that
    /// are only as long. Those of a store are the same for all.
    /// </summary>
    private static async Task AppendEdgesAsync(XxHash3 hash, IByteSource source, CancellationToken cancellation)
    {
        if (source.ReadAheadBytes > 0) return;
        var edge = new byte[Math.Min(EdgeBytes, source.Length)];
        try
        {
            foreach (var offset in (long[])[0, source.Length - edge.Length])
            {
                await source.ReadExactlyAsync(offset, edge, cancellation).ConfigureAwait(false);
                hash.Append(edge);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GpuAlsException(
                FailureKind.BadInput, $"cannot read '{source.Name}': {exception.Message}", exception);
        }
    }
}
