namespace GpuAls.App;

/// <summary>A saved model in, top-k lists out.</summary>
public sealed class RecommendJob
{
    private readonly RecommendJobOptions _options;
    private readonly IAlsEngine _engine;
    private readonly TextWriter _output;

    /// <param name="options">What to do.</param>
    /// <param name="engine">Where the scores are computed.</param>
    /// <param name="output">Where CSV goes when no file is named.</param>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range.</exception>
    public RecommendJob(RecommendJobOptions options, IAlsEngine engine, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(output);
        Recommender.CheckLength(options.Top);
        (_options, _engine, _output) = (options, engine, output);
    }

    /// <summary>Runs the job.</summary>
    /// <exception cref="GpuAlsException">Any kind.</exception>
    public async Task<RecommendReport> RunAsync(CancellationToken cancellation = default)
    {
        var format = _options.Output is null ? RecommendationFormat.Csv : RecommendationWriter.FormatOf(_options.Output);
        Collisions.Check(_options);
        using var staged = _options.Output is null ? null : new StagedFile(_options.Output, _options.Overwrite);
        _engine.PrepareTopK();
        var model = await ModelReader.ReadAsync(_options.Model, cancellation).ConfigureAwait(false);
        var users = UserSelection.Select(model, _options);
        using var recommender = new Recommender(model, _engine);
        var lists = recommender.Recommend(users.Indices, _options.Top, _options.IncludePlayed, cancellation);
        if (staged is null) await OutputErrors.GuardAsync("stdout", () => RecommendationWriter.WriteCsvAsync(_output, model, lists)).ConfigureAwait(false);
        else await RecommendationWriter.WriteAsync(staged.Place, format, model, lists).ConfigureAwait(false);
        staged?.Commit();
        return new RecommendReport(users.Indices.Length, users.Unknown, users.WithoutPlays, users.Named);
    }
}
