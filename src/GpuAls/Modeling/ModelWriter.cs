using System.Text.Json;

namespace GpuAls;

/// <summary>Writes a model into a directory, which the caller stages.</summary>
public static class ModelWriter
{
    /// <summary>Writes all files of the model but the manifest.</summary>
    /// <exception cref="GpuAlsException">Kind Output: a file cannot be written.</exception>
    public static Task WriteAsync(FactorModel model, StagedPath directory, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return OutputErrors.GuardAsync(directory, async () =>
        {
            NpyFile.Write<float>(Path.Combine(directory.Staging, ModelFiles.UserFactors), model.UserFactors, model.Users.Count, model.Rank);
            NpyFile.Write<float>(Path.Combine(directory.Staging, ModelFiles.ItemFactors), model.ItemFactors, model.Items.Count, model.Rank);
            NpyFile.Write(Path.Combine(directory.Staging, ModelFiles.PlaysIndptr), model.Plays.Indptr, model.Users.Count + 1);
            NpyFile.Write(Path.Combine(directory.Staging, ModelFiles.PlaysIndices), model.Plays.Indices, model.Plays.Indices.Length);
            NpyFile.Write(Path.Combine(directory.Staging, ModelFiles.PlaysValues), model.Plays.Values, model.Plays.Values.Length);
            await IdTableFile.WriteAsync(Path.Combine(directory.Staging, ModelFiles.Users), model.Users, PlaysOfUsers(model), cancellation).ConfigureAwait(false);
            await IdTableFile.WriteAsync(Path.Combine(directory.Staging, ModelFiles.Items), model.Items, PlaysOfItems(model), cancellation).ConfigureAwait(false);
        });
    }

    /// <summary>Writes the manifest, with the checksums of the files that <see cref="WriteAsync"/> wrote.</summary>
    /// <param name="manifest">All but the checksums.</param>
    /// <param name="directory">The directory of the model.</param>
    /// <param name="lists">The file of the lists below it, if they are there.</param>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written.</exception>
    public static void WriteManifest(ModelManifest manifest, StagedPath directory, string? lists = null) => OutputErrors.Guard(directory, () =>
    {
        var files = lists is null ? ModelFiles.Checksummed : ModelFiles.Checksummed.Append(lists);
        var checksums = files.ToDictionary(name => name, name => FileChecksum.Sha256(Path.Combine(directory.Staging, name)));
        var text = JsonSerializer.Serialize(manifest with { Sha256 = checksums }, ManifestJson.Default.ModelManifest);
        File.WriteAllText(Path.Combine(directory.Staging, ModelFiles.Manifest), text + "\n");
    });

    private static int[] PlaysOfUsers(FactorModel model) => Array.ConvertAll(Enumerable.Range(0, model.Users.Count).ToArray(), model.Plays.RowLength);

    private static int[] PlaysOfItems(FactorModel model)
    {
        var counts = new int[model.Items.Count];
        foreach (var item in model.Plays.Indices) counts[item]++;
        return counts;
    }
}
