using System.Text.Json;

namespace GpuAls;

/// <summary>Writes a model into an output, which the caller commits.</summary>
internal static class ModelWriter
{
    /// <summary>Writes the files of a model and then its manifest, which has their checksums.</summary>
    /// <param name="model">The model.</param>
    /// <param name="output">Where it is written.</param>
    /// <param name="finish">
    /// Called when all but the manifest is written: writes what else belongs there, and gives the manifest without the
    /// checksums.
    /// </param>
    /// <param name="lists">The file of lists that it writes there; null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="group">The processes that share the plays; the others call <see cref="SendPlays"/>.</param>
    /// <returns>The manifest that was written.</returns>
    /// <exception cref="GpuAlsException">Kind Output: a file cannot be written.</exception>
    public static async Task<ModelManifest> WriteAsync(
        FactorModel model,
        ChecksummedOutput output,
        Func<Task<ModelManifest>> finish,
        string? lists,
        CancellationToken cancellation,
        IProcessGroup? group = null)
    {
        await WriteFilesAsync(model, output, group ?? SingleProcess.Instance, cancellation).ConfigureAwait(false);
        var manifest = await finish().ConfigureAwait(false);
        string[] files =
        [
            .. ModelFiles.Checksummed,
            .. model.UserFeatures is null ? [] : ModelFiles.FeaturesOf(Side.Users).All,
            .. model.ItemFeatures is null ? [] : ModelFiles.FeaturesOf(Side.Items).All,
            .. lists is null ? [] : (string[])[lists],
        ];
        manifest = manifest with
        {
            Sha256 = files.ToDictionary(file => file, file => output.Of(file).Sha256!),
            Xxh128 = files.ToDictionary(file => file, file => output.Of(file).Xxh128!),
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.ModelManifest);
        byte[] text = [.. json, (byte)'\n'];
        await output.WriteAsync(
            ModelFiles.Manifest, stream => stream.WriteAsync(text, cancellation).AsTask(), cancellation)
            .ConfigureAwait(false);
        return manifest;
    }

    /// <summary>Sends the plays of this process to process 0, which writes them.</summary>
    public static void SendPlays(FactorModel model, IProcessGroup group)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach (var _ in group.ToRoot(model.Plays.Memory.Indices)) throw new InvalidOperationException();
        foreach (var _ in group.ToRoot(model.Plays.Memory.Values)) throw new InvalidOperationException();
    }

    private static async Task WriteFilesAsync(
        FactorModel model, IOutput output, IProcessGroup group, CancellationToken cancellation)
    {
        var (users, rank, plays) = (model.Users.Count, model.Rank, model.Plays.Memory);
        await WriteFactorsAsync(ModelFiles.UserFactors, model.UserFactors).ConfigureAwait(false);
        await WriteFactorsAsync(ModelFiles.ItemFactors, model.ItemFactors).ConfigureAwait(false);
        await WriteArrayAsync<long>(
            ModelFiles.PlaysIndptr, CsrMatrix.IndptrOf(model.PlaysOfUsers), users + 1).ConfigureAwait(false);
        await WritePartsAsync(ModelFiles.PlaysIndices, group.ToRoot(plays.Indices), model.PlayCount)
            .ConfigureAwait(false);
        await WritePartsAsync(ModelFiles.PlaysValues, group.ToRoot(plays.Values), model.PlayCount)
            .ConfigureAwait(false);
        await WriteIdsAsync(ModelFiles.Users, model.Users, model.PlaysOfUsers).ConfigureAwait(false);
        await WriteIdsAsync(ModelFiles.Items, model.Items, model.PlaysOfItems).ConfigureAwait(false);
        await WriteFeaturesAsync(ModelFiles.FeaturesOf(Side.Users), model.UserFeatures).ConfigureAwait(false);
        await WriteFeaturesAsync(ModelFiles.FeaturesOf(Side.Items), model.ItemFeatures).ConfigureAwait(false);

        Task WriteFactorsAsync(string file, FactorMatrix factors) =>
            output.WriteAsync(file, stream => NpyFile.WriteAsync(stream, factors, cancellation), cancellation);

        async Task WriteFeaturesAsync(FeatureFiles files, SideFeatures? features)
        {
            if (features is null) return;
            var (names, values) = (features.Names, features.Values.Memory);
            await WriteArrayAsync<float>(files.Weights, features.Weights, names.Count, rank).ConfigureAwait(false);
            await WriteArrayAsync(files.Indptr, values.Indptr, values.Indptr.Length).ConfigureAwait(false);
            await WriteArrayAsync(files.Indices, values.Indices, values.Indices.Length).ConfigureAwait(false);
            await WriteArrayAsync(files.Values, values.Values, values.Values.Length).ConfigureAwait(false);
            var counts = features.Values.ColumnLengths();
            await output.WriteAsync(
                files.Names, stream => IdTableFile.WriteAsync(stream, names, counts, cancellation, "rows"),
                cancellation).ConfigureAwait(false);
        }

        Task WriteArrayAsync<T>(string file, ReadOnlyMemory<T> values, params long[] shape)
            where T : unmanaged =>
            WritePartsAsync(file, [values], shape);

        Task WritePartsAsync<T>(string file, IEnumerable<ReadOnlyMemory<T>> parts, params long[] shape)
            where T : unmanaged =>
            output.WriteAsync(file, stream => NpyFile.WriteAsync(stream, parts, shape, cancellation), cancellation);

        Task WriteIdsAsync(string file, IdIndex ids, int[] counts) =>
            output.WriteAsync(file, stream => IdTableFile.WriteAsync(stream, ids, counts, cancellation), cancellation);
    }
}
