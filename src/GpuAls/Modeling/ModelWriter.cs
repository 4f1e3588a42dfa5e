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
    /// <returns>The manifest that was written.</returns>
    /// <exception cref="GpuAlsException">Kind Output: a file cannot be written.</exception>
    public static async Task<ModelManifest> WriteAsync(
        FactorModel model,
        ChecksummedOutput output,
        Func<Task<ModelManifest>> finish,
        string? lists,
        CancellationToken cancellation)
    {
        await WriteFilesAsync(model, output, cancellation).ConfigureAwait(false);
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

    private static async Task WriteFilesAsync(FactorModel model, IOutput output, CancellationToken cancellation)
    {
        var (users, items, rank, plays) = (model.Users.Count, model.Items.Count, model.Rank, model.Plays.Memory);
        await WriteArrayAsync<float>(ModelFiles.UserFactors, model.UserFactors, users, rank).ConfigureAwait(false);
        await WriteArrayAsync<float>(ModelFiles.ItemFactors, model.ItemFactors, items, rank).ConfigureAwait(false);
        await WriteArrayAsync(ModelFiles.PlaysIndptr, plays.Indptr, users + 1).ConfigureAwait(false);
        await WriteArrayAsync(ModelFiles.PlaysIndices, plays.Indices, plays.Indices.Length).ConfigureAwait(false);
        await WriteArrayAsync(ModelFiles.PlaysValues, plays.Values, plays.Values.Length).ConfigureAwait(false);
        await WriteIdsAsync(ModelFiles.Users, model.Users, model.Plays.RowLengths()).ConfigureAwait(false);
        await WriteIdsAsync(ModelFiles.Items, model.Items, PlaysOfItems(model)).ConfigureAwait(false);
        await WriteFeaturesAsync(ModelFiles.FeaturesOf(Side.Users), model.UserFeatures).ConfigureAwait(false);
        await WriteFeaturesAsync(ModelFiles.FeaturesOf(Side.Items), model.ItemFeatures).ConfigureAwait(false);

        async Task WriteFeaturesAsync(FeatureFiles files, SideFeatures? features)
        {
            if (features is null) return;
            var (names, values) = (features.Names, features.Values.Memory);
            await WriteArrayAsync<float>(files.Weights, features.Weights, names.Count, rank).ConfigureAwait(false);
            await WriteArrayAsync(files.Indptr, values.Indptr, values.Indptr.Length).ConfigureAwait(false);
            await WriteArrayAsync(files.Indices, values.Indices, values.Indices.Length).ConfigureAwait(false);
            await WriteArrayAsync(files.Values, values.Values, values.Values.Length).ConfigureAwait(false);
            var counts = new int[names.Count];
            foreach (var feature in features.Values.Indices) counts[feature]++;
            await output.WriteAsync(
                files.Names, stream => IdTableFile.WriteAsync(stream, names, counts, cancellation, "rows"),
                cancellation).ConfigureAwait(false);
        }

        Task WriteArrayAsync<T>(string file, ReadOnlyMemory<T> values, params int[] shape)
            where T : unmanaged =>
            output.WriteAsync(file, stream => NpyFile.WriteAsync(stream, values, shape, cancellation), cancellation);

        Task WriteIdsAsync(string file, IdIndex ids, int[] counts) =>
            output.WriteAsync(file, stream => IdTableFile.WriteAsync(stream, ids, counts, cancellation), cancellation);
    }

    private static int[] PlaysOfItems(FactorModel model)
    {
        var counts = new int[model.Items.Count];
        foreach (var item in model.Plays.Indices) counts[item]++;
        return counts;
    }
}
