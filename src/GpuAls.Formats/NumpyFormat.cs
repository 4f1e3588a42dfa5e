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
    public override bool IsOfTwoFiles => true;

    /// <inheritdoc/>
    public override async Task<ForeignModel> ReadAsync(ForeignSource source, CancellationToken cancellation)
    {
        var (users, items) = await source.FilesAsync(
            [ModelFiles.UserFactors], [ModelFiles.ItemFactors], cancellation).ConfigureAwait(false);
        return new ForeignModel(
            await SideAsync(users).ConfigureAwait(false), await SideAsync(items).ConfigureAwait(false));

        async Task<ForeignSide> SideAsync(IByteSource file)
        {
            var bytes = await file.ReadAllAsync(cancellation).ConfigureAwait(false);
            return new ForeignSide(NpyArray.Parse(file.Name, bytes).Factors());
        }
    }
}
