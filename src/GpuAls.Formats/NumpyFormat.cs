namespace GpuAls.Formats;

/// <summary>A folder with <c>user_factors.npy</c> and <c>item_factors.npy</c>, as gpuals itself has them.</summary>
internal sealed class NumpyFormat() : ModelFormat("npy")
{
    /// <inheritdoc/>
    public override bool IsFolder => true;

    /// <inheritdoc/>
    public override bool IsWritten => false; // a model of gpuals has these files

    /// <inheritdoc/>
    public override bool IsRead => true;

    /// <inheritdoc/>
    public override async Task<ForeignModel> ReadAsync(string location, CancellationToken cancellation)
    {
        return new ForeignModel(
            await SideAsync(ModelFiles.UserFactors).ConfigureAwait(false),
            await SideAsync(ModelFiles.ItemFactors).ConfigureAwait(false));

        async Task<ForeignSide> SideAsync(string file)
        {
            var path = Stores.Combine(location, file);
            var bytes = await FormatErrors.ReadAllAsync(path, cancellation).ConfigureAwait(false);
            return new ForeignSide(NpyArray.Parse(path, bytes).Factors());
        }
    }
}
