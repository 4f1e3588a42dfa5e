using System.Text.Json;

namespace GpuAls;

/// <summary>Writes a model into an output, which the caller commits.</summary>
internal static class ModelWriter
{
    /// <summary>Writes all files of the model but the manifest.</summary>
    /// <exception cref="GpuAlsException">Kind Output: a file cannot be written.</exception>
    public static async Task WriteAsync(FactorModel model, IOutput output, CancellationToken cancellation)
    {
        var (users, items, rank, plays) = (model.Users.Count, model.Items.Count, model.Rank, model.Plays.Memory);
        await WriteArrayAsync<float>(ModelFiles.UserFactors, model.UserFactors, users, rank).ConfigureAwait(false);
        await WriteArrayAsync<float>(ModelFiles.ItemFactors, model.ItemFactors, items, rank).ConfigureAwait(false);
        await WriteArrayAsync(ModelFiles.PlaysIndptr, plays.Indptr, users + 1).ConfigureAwait(false);
        await WriteArrayAsync(ModelFiles.PlaysIndices, plays.Indices, plays.Indices.Length).ConfigureAwait(false);
        await WriteArrayAsync(ModelFiles.PlaysValues, plays.Values, plays.Values.Length).ConfigureAwait(false);
        await WriteIdsAsync(ModelFiles.Users, model.Users, PlaysOfUsers(model)).ConfigureAwait(false);
        await WriteIdsAsync(ModelFiles.Items, model.Items, PlaysOfItems(model)).ConfigureAwait(false);

        Task WriteArrayAsync<T>(string file, ReadOnlyMemory<T> values, params int[] shape)
            where T : unmanaged =>
            output.WriteAsync(file, stream => NpyFile.WriteAsync(stream, values, shape, cancellation), cancellation);

        Task WriteIdsAsync(string file, IdIndex ids, int[] counts) =>
            output.WriteAsync(file, stream => IdTableFile.WriteAsync(stream, ids, counts, cancellation), cancellation);
    }

    /// <summary>Writes the manifest, with the checksums of the files that were written before.</summary>
    /// <param name="manifest">All but the checksums.</param>
    /// <param name="output">The output that the model was written into.</param>
    /// <param name="lists">The file of the lists in it, if they are there.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written.</exception>
    public static Task WriteManifestAsync(
        ModelManifest manifest, ChecksummedOutput output, string? lists, CancellationToken cancellation)
    {
        var files = lists is null ? ModelFiles.Checksummed : ModelFiles.Checksummed.Append(lists);
        var complete = manifest with { Sha256 = files.ToDictionary(file => file, output.Sha256) };
        var json = JsonSerializer.SerializeToUtf8Bytes(complete, ManifestJson.Default.ModelManifest);
        byte[] text = [.. json, (byte)'\n'];
        return output.WriteAsync(
            ModelFiles.Manifest, stream => stream.WriteAsync(text, cancellation).AsTask(), cancellation);
    }

    private static int[] PlaysOfUsers(FactorModel model) =>
        Array.ConvertAll(Enumerable.Range(0, model.Users.Count).ToArray(), model.Plays.RowLength);

    private static int[] PlaysOfItems(FactorModel model)
    {
        var counts = new int[model.Items.Count];
        foreach (var item in model.Plays.Indices) counts[item]++;
        return counts;
    }
}
