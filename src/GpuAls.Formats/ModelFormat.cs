namespace GpuAls.Formats;

/// <summary>A format in which another system keeps models. What it cannot do throws NotSupportedException.</summary>
/// <param name="name">What <c>--format</c> calls it.</param>
internal abstract class ModelFormat(string name)
{
    /// <summary>All formats, in the order of help.</summary>
    public static IReadOnlyList<ModelFormat> All { get; } =
    [
        new SparkFormat(), new ImplicitFormat(), new NumpyFormat(), new SafetensorsFormat(), new FaissFormat(),
        new HnswlibFormat(), new Word2VecFormat(), new ParquetTableFormat(), new ArrowTableFormat(),
        new OnnxFormat(),
    ];

    /// <summary>What <c>--format</c> calls it.</summary>
    public string Name { get; } = name;

    /// <summary>Whether a model is a folder rather than a file.</summary>
    public virtual bool IsFolder => false;

    /// <summary>Whether a file holds the factors of users or of items, not both.</summary>
    public virtual bool IsOfOneSide => false;

    /// <summary>Whether models can be written.</summary>
    public virtual bool IsWritten => true;

    /// <summary>Whether models can be read.</summary>
    public virtual bool IsRead => false;

    /// <summary>Whether a model that is read has ids; otherwise the ids are the numbers of its rows.</summary>
    public virtual bool HasIds => false;

    /// <summary>Whether a model that is read is tables, which have a column of ids.</summary>
    public virtual bool HasTables => false;

    /// <summary>Whether a model that is read is a file for each side, in one folder or not.</summary>
    public virtual bool IsOfTwoFiles => false;

    /// <summary>The format of a name.</summary>
    public static ModelFormat Of(string name) => All.First(format => format.Name == name);

    /// <summary>Writes a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What can be chosen.</param>
    /// <param name="stream">Where it is written; stays open.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: the format cannot hold the model.</exception>
    public virtual Task WriteAsync(
        FactorModel model, FormatOptions options, Stream stream, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>Writes the files of a folder, which the caller commits.</summary>
    /// <inheritdoc cref="WriteAsync(FactorModel, FormatOptions, Stream, CancellationToken)"/>
    public virtual Task WriteAsync(FactorModel model, IOutput folder, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <inheritdoc cref="ForeignCheck"/>
    public virtual ValueTask<string?> WhyForeignAsync(ExistingFiles existing, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>Reads a model.</summary>
    /// <param name="source">Where it is.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: it is not there, or not a model of this format.</exception>
    public virtual Task<ForeignModel> ReadAsync(ForeignSource source, CancellationToken cancellation) =>
        throw new NotSupportedException();
}

/// <summary>Where a model of another system is.</summary>
/// <param name="Location">The file or folder: a path or a URL.</param>
internal sealed record ForeignSource(string Location)
{
    /// <summary>The default of <see cref="IdColumn"/>.</summary>
    public const string UsualIdColumn = "id";

    /// <summary>The file with the factors of the items, where <see cref="Location"/> has those of the users.</summary>
    public string? Items { get; init; }

    /// <summary>Folders of Spark's indexers, where they are not in a pipeline with the model.</summary>
    public IReadOnlyList<string> Indexers { get; init; } = [];

    /// <summary>The column of ids, in tables.</summary>
    public string IdColumn { get; init; } = UsualIdColumn;

    /// <summary>The files of both sides: those of a folder, by their names, or two that were named.</summary>
    /// <param name="users">What the file of the users can be called in a folder.</param>
    /// <param name="items">The same for the items.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: one is not there.</exception>
    public async Task<(IByteSource Users, IByteSource Items)> FilesAsync(
        IReadOnlyList<string> users, IReadOnlyList<string> items, CancellationToken cancellation)
    {
        if (Items is not null)
            return (await FormatErrors.FindAsync(Location, cancellation).ConfigureAwait(false),
                await FormatErrors.FindAsync(Items, cancellation).ConfigureAwait(false));
        if (await Stores.FindFileAsync(Location, cancellation).ConfigureAwait(false) is not null)
            throw FormatErrors.Damaged(
                Location,
                "is a file, which has the factors of the users. Name that of the items with --item-factors, or give a "
                + $"folder with {users[0]} and {items[0]}");
        return (await InFolderAsync(users).ConfigureAwait(false), await InFolderAsync(items).ConfigureAwait(false));

        async Task<IByteSource> InFolderAsync(IReadOnlyList<string> names)
        {
            foreach (var name in names)
            {
                var path = Stores.Combine(Location, name);
                if (await Stores.FindFileAsync(path, cancellation).ConfigureAwait(false) is { } file) return file;
            }

            throw FormatErrors.Damaged(Location, $"is missing or has no {Words.OneOf(names)}");
        }
    }
}

/// <summary>What can be chosen when a model is written; formats ignore what does not concern them.</summary>
internal sealed record FormatOptions
{
    /// <summary>Whose factors, where a file holds those of one side.</summary>
    public Side Side { get; init; } = Side.Items;

    /// <summary>How an index compares vectors.</summary>
    public VectorSpace Space { get; init; }

    /// <summary>How a graph is built.</summary>
    public HnswOptions Hnsw { get; init; } = new();

    /// <summary>What a model of ONNX takes in.</summary>
    public OnnxInput OnnxInput { get; init; }
}

/// <summary>A model of another system.</summary>
/// <param name="Users">Factors of the users.</param>
/// <param name="Items">Factors of the items.</param>
internal sealed record ForeignModel(ForeignSide Users, ForeignSide Items)
{
    /// <summary>What it was trained with, as far as the format tells; rank aside.</summary>
    public AlsOptions Options { get; init; } = AlsOptions.Default;

    /// <summary>The preset that the options began with; null for none.</summary>
    public string? Preset { get; init; }

    /// <summary>Length of a factor vector.</summary>
    public int Rank => Users.Factors.Rank;
}

/// <summary>One side of a model of another system.</summary>
/// <param name="Factors">[rows, rank].</param>
/// <param name="Ids">The id of each row; null where the format has none.</param>
internal sealed record ForeignSide(FactorMatrix Factors, IdIndex? Ids = null);

/// <summary>Failures to read files of other systems.</summary>
internal static class FormatErrors
{
    /// <summary>What no compression of factors reaches.</summary>
    private const long MostValuesPerByte = 1000;

    /// <summary>A file or folder that is not what its format says.</summary>
    public static GpuAlsException Damaged(string name, string what) => new(FailureKind.BadInput, $"{name}: {what}.");

    /// <summary>Refuses headers that claim more than the file can hold, before memory is taken for it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="values">The numbers that it claims to have.</param>
    public static void RequirePlausible(IByteSource file, long values)
    {
        if (values < 0 || values > Array.MaxLength || values / MostValuesPerByte > file.Length)
            throw Damaged(
                file.Name,
                $"has {Counted.Of(file.Length, "byte")} and claims to have {Counted.Of(values, "number")}, too many");
    }

    /// <summary>The factors that a file has.</summary>
    /// <param name="name">How messages name it.</param>
    /// <param name="values">[rows, rank], row-major.</param>
    /// <param name="rank">What it says of the length of a row.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: no rank that gpuals takes.</exception>
    public static FactorMatrix Factors(string name, float[] values, int rank)
    {
        RequireRank(name, rank);
        return FactorMatrix.Of(values, rank);
    }

    /// <summary>Refuses ranks that gpuals does not take.</summary>
    public static void RequireRank(string name, int rank)
    {
        if (rank is < 1 or > EngineLimits.MaximumRank)
            throw Damaged(name, $"has rank {rank}; expected 1 to {EngineLimits.MaximumRank}");
    }

    /// <summary>Reads a file that must be there.</summary>
    public static async Task<byte[]> ReadAllAsync(string path, CancellationToken cancellation)
    {
        var file = await FindAsync(path, cancellation).ConfigureAwait(false);
        return await file.ReadAllAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>A file that must be there.</summary>
    public static async Task<IByteSource> FindAsync(string path, CancellationToken cancellation) =>
        await Stores.FindFileAsync(path, cancellation).ConfigureAwait(false)
            ?? throw new GpuAlsException(FailureKind.BadInput, $"there is no file '{path}'.");
}
