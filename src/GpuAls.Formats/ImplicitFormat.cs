using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace GpuAls.Formats;

/// <summary>
/// What <c>AlternatingLeastSquares.save</c> of benfred/implicit writes and its <c>load</c> reads: an .npz of factors
/// and options.
/// </summary>
internal sealed class ImplicitFormat() : ModelFormat("implicit")
{
    private const string UserFactors = "user_factors";
    private const string ItemFactors = "item_factors";
    private const int ConjugateGradientSteps = 3; // its default, which it has in every file

    /// <inheritdoc/>
    public override bool IsRead => true;

    /// <inheritdoc/>
    public override async Task WriteAsync(
        FactorModel model, FormatOptions options, Stream stream, CancellationToken cancellation)
    {
        var als = model.Options;
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        await AddAsync(UserFactors, to => NpyFile.WriteAsync(to, model.UserFactors, cancellation))
            .ConfigureAwait(false);
        await AddAsync(ItemFactors, to => NpyFile.WriteAsync(to, model.ItemFactors, cancellation))
            .ConfigureAwait(false);
        await AddNumberAsync("regularization", als.Regularization).ConfigureAwait(false);
        await AddIntegerAsync("factors", model.Rank).ConfigureAwait(false);
        await AddIntegerAsync("num_threads", 0).ConfigureAwait(false);
        await AddIntegerAsync("iterations", als.Iterations).ConfigureAwait(false);
        await AddFlagAsync("use_native", true).ConfigureAwait(false);
        await AddFlagAsync("use_cg", als.Solver == Solver.ConjugateGradient).ConfigureAwait(false);
        await AddIntegerAsync("cg_steps", ConjugateGradientSteps).ConfigureAwait(false);
        await AddFlagAsync("calculate_training_loss", false).ConfigureAwait(false);
        await AddScalarAsync("dtype", "<U7", Encoding.UTF32.GetBytes("float32")).ConfigureAwait(false);
        await AddIntegerAsync("random_state", als.Seed).ConfigureAwait(false);
        await AddNumberAsync("alpha", als.Alpha).ConfigureAwait(false);

        async Task AddAsync(string name, Func<Stream, Task> write)
        {
            var entry = archive.CreateEntry($"{name}.npy", CompressionLevel.NoCompression);
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // as numpy: same bytes
            var to = await entry.OpenAsync(cancellation).ConfigureAwait(false);
            await using (to.ConfigureAwait(false)) await write(to).ConfigureAwait(false);
        }

        Task AddScalarAsync(string name, string descriptor, byte[] value) =>
            AddAsync(name, to => to.WriteAsync(NpyArray.Scalar(descriptor, value), cancellation).AsTask());

        Task AddNumberAsync(string name, double value)
        {
            var bytes = new byte[sizeof(double)];
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
            return AddScalarAsync(name, "<f8", bytes);
        }

        Task AddIntegerAsync(string name, long value)
        {
            var bytes = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            return AddScalarAsync(name, "<i8", bytes);
        }

        Task AddFlagAsync(string name, bool value) => AddScalarAsync(name, "|b1", [value ? (byte)1 : (byte)0]);
    }

    /// <inheritdoc/>
    public override async Task<ForeignModel> ReadAsync(ForeignSource source, CancellationToken cancellation)
    {
        var location = source.Location;
        var bytes = await FormatErrors.ReadAllAsync(location, cancellation).ConfigureAwait(false);
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
            var users = (await ArrayAsync(archive, UserFactors).ConfigureAwait(false)).Factors();
            var items = (await ArrayAsync(archive, ItemFactors).ConfigureAwait(false)).Factors();
            var regularization = (await ArrayAsync(archive, "regularization").ConfigureAwait(false)).Number();
            var alpha = (await ArrayAsync(archive, "alpha").ConfigureAwait(false)).Number();
            var options = GpuAls.Preset.Apply("implicit", AlsOptions.Default);
            return new ForeignModel(new ForeignSide(users), new ForeignSide(items))
            {
                Options = options with { Alpha = alpha, Regularization = regularization },
                Preset = "implicit",
            };
        }
        catch (Exception damage) when (GpuAlsException.IsDamage(damage))
        {
            throw FormatErrors.Damaged(location, $"is not an .npz archive: {damage.Message.TrimEnd('.')}");
        }

        async Task<NpyArray> ArrayAsync(ZipArchive archive, string name)
        {
            var entry = archive.GetEntry($"{name}.npy")
                ?? throw FormatErrors.Damaged(
                    location, $"has no array '{name}'; expected what AlternatingLeastSquares.save of implicit writes");
            var from = await entry.OpenAsync(cancellation).ConfigureAwait(false);
            await using var closing = from.ConfigureAwait(false);
            var array = new MemoryStream();
            await from.CopyToAsync(array, cancellation).ConfigureAwait(false);
            return NpyArray.Parse($"{location}, {name}.npy", array.ToArray());
        }
    }
}
