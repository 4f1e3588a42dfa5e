using GpuAls.Bench.Quality;
using GpuAls.Bench.Shapes;

namespace GpuAls.Bench.Convergence;

/// <summary>Plays and options under which the loss of trainings is followed.</summary>
/// <param name="Name">Name in tables.</param>
/// <param name="File">File of the data set, in the folder of the data; null for plays that are generated.</param>
/// <param name="Options">What is trained; rank, iterations and seed are set later.</param>
internal sealed record ConvergenceSet(string Name, string? File, AlsOptions Options)
{
    private const string HetRec = "hetrec2011-lastfm-2k/user_artists.dat";
    private const string CiteULike = "citeulike-a-cvae/cf-train-10-users.dat";

    private static readonly AlsOptions Linear = AlsOptions.Default with
    {
        Confidence = ConfidenceFunction.Linear,
        RegularizationScaling = RegularizationScaling.None,
    };

    /// <summary>The sets, the smallest first.</summary>
    public static IReadOnlyList<ConvergenceSet> All { get; } =
    [
        new("HetRec, defaults", HetRec, AlsOptions.Default),
        new("HetRec, linear, λ 0.1", HetRec, Linear with { Alpha = 1, Regularization = 0.1 }),
        new(
            "citeulike, α 20, λ 0.1·n", CiteULike,
            AlsOptions.Default with { Confidence = ConfidenceFunction.Linear, Alpha = 20, Regularization = 0.1 }),
        new("citeulike, α 5, λ 1", CiteULike, Linear with { Alpha = 5, Regularization = 1 }),
        new(
            "citeulike, α 1, α₀ 0.1, λ 0.05·n", CiteULike,
            AlsOptions.Default with
            {
                Confidence = ConfidenceFunction.Linear, Alpha = 1, UnobservedWeight = 0.1, Regularization = 0.05,
            }),
        new("sample 5 M, defaults", null, AlsOptions.Default),
        new("sample 5 M, log, α 10, λ 0.05", null, AlsOptions.Default with { Alpha = 10, Regularization = 0.05 }),
    ];

    /// <summary>Reads or generates the plays.</summary>
    /// <param name="data">Folder of the data sets.</param>
    /// <param name="folder">A folder for files in between.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: a file is absent, or is not of the set.</exception>
    public async Task<InteractionMatrix> LoadAsync(string data, string folder, CancellationToken cancellation)
    {
        if (File is null) return SampleMatrix.Create(Shape.Host);
        var source = Path.Combine(data, File);
        var schema = new InteractionSchema
        {
            UserColumn = "userID",
            ItemColumn = "artistID",
            WeightColumn = "weight",
        };
        if (File == CiteULike)
        {
            var plays = Path.Combine(folder, "citeulike.csv");
            ItemLists.Convert(source, LineForm.UserIsTheLine, plays);
            (source, schema) = (plays, new InteractionSchema());
        }

        return (await Plays.ReadAsync(source, schema, null, cancellation).ConfigureAwait(false)).Matrix;
    }
}
