using GpuAls.Bench.Quality;
using GpuAls.Bench.Shapes;

namespace GpuAls.Bench.Convergence;

/// <summary>Plays and options under which the loss of trainings is followed.</summary>
/// <param name="Name">Name in tables.</param>
/// <param name="Data">The plays; null for plays that are generated.</param>
/// <param name="Options">What is trained; rank, iterations and seed are set later.</param>
internal sealed record ConvergenceSet(string Name, DataSet? Data, AlsOptions Options)
{
    private static readonly AlsOptions Linear = AlsOptions.Default with
    {
        Confidence = ConfidenceFunction.Linear,
        RegularizationScaling = RegularizationScaling.None,
    };

    /// <summary>The sets, the smallest first.</summary>
    public static IReadOnlyList<ConvergenceSet> All { get; } =
    [
        new("HetRec, defaults", DataSet.HetRec, AlsOptions.Default),
        new("HetRec, linear, λ 0.1", DataSet.HetRec, Linear with { Alpha = 1, Regularization = 0.1 }),
        new(
            "citeulike, α 20, λ 0.1·n", DataSet.CiteULikeOfTen,
            AlsOptions.Default with { Confidence = ConfidenceFunction.Linear, Alpha = 20, Regularization = 0.1 }),
        new("citeulike, α 5, λ 1", DataSet.CiteULikeOfTen, Linear with { Alpha = 5, Regularization = 1 }),
        new(
            "citeulike, α 1, α₀ 0.1, λ 0.05·n", DataSet.CiteULikeOfTen,
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
    public async Task<InteractionMatrix> LoadAsync(string data, string folder, CancellationToken cancellation) =>
        Data is null
            ? SampleMatrix.Create(Shape.Host)
            : await Data.LoadAsync(data, folder, cancellation).ConfigureAwait(false);
}
