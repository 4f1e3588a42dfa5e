using System.Text.Json;

namespace GpuAls.App;

/// <summary>The size of the model that a run is to follow.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Users">Number of users.</param>
/// <param name="Items">Number of items.</param>
/// <param name="Plays">Number of user and item pairs.</param>
internal sealed record PreviousModel(string Location, long Users, long Items, long Plays)
{
    /// <summary>
    /// Reads the size of a model from its manifest, whatever the version of its format: a new gpuals must not turn a
    /// guard off.
    /// </summary>
    /// <returns>Null where there is no model.</returns>
    /// <exception cref="GpuAlsException">Kind BadInput: its manifest cannot be read.</exception>
    public static async Task<PreviousModel?> FindAsync(string location, CancellationToken cancellation)
    {
        var path = Stores.Combine(location, ModelFiles.Manifest);
        try
        {
            var file = await Stores.FindFileAsync(path, cancellation).ConfigureAwait(false);
            if (file is null) return null;
            using var manifest = JsonDocument.Parse(await file.ReadAllAsync(cancellation).ConfigureAwait(false));
            var data = manifest.RootElement.GetProperty("data");
            return new PreviousModel(
                location, Count("users") - WithoutPlays("users"), Count("items") - WithoutPlays("items"),
                Count("plays"));

            long Count(string name) => data.GetProperty(name).GetInt64();

            // Those that the model has for their features alone are not in the plays.
            long WithoutPlays(string side) =>
                manifest.RootElement.TryGetProperty("features", out var features)
                && features.TryGetProperty(side, out var ofSide)
                    ? ofSide.GetProperty("without_plays").GetInt64()
                    : 0;
        }
        catch (Exception exception) when (GpuAlsException.IsDamage(exception))
        {
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"--max-drop compares with the previous model, but {path} cannot be read: "
                    + $"{exception.Message.TrimEnd('.')}. Run once without --max-drop.",
                exception);
        }
    }
}
