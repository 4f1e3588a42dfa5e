using System.Text;

namespace GpuAls.App;

/// <summary>A saved model in, top-k lists out.</summary>
internal sealed class RecommendJob
{
    private readonly RecommendJobOptions _options;
    private readonly IAlsEngine _engine;
    private readonly TextWriter _output;
    private readonly ListFormat _format;
    private readonly IProgress<JobEvent>? _progress;
    private readonly PhaseClock _clock;
    private readonly IProcessGroup _group;
    private int _emptyLists;

    /// <param name="options">What to do.</param>
    /// <param name="engine">Where the scores are computed.</param>
    /// <param name="output">Where lists go when no file is named.</param>
    /// <param name="progress">Told how far the job is.</param>
    /// <param name="format">The format of lists there; null for CSV.</param>
    /// <param name="group">
    /// The processes that make the lists together, each with an engine of its own; null for this one alone. Process 0
    /// writes, and the others where lists go to a folder.
    /// </param>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range.</exception>
    public RecommendJob(
        RecommendJobOptions options,
        IAlsEngine engine,
        TextWriter output,
        IProgress<JobEvent>? progress = null,
        ListFormat? format = null,
        IProcessGroup? group = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(output);
        Recommender.CheckLength(options.Top);
        (_options, _engine, _output, _progress, _format) =
            (options, engine, output, progress, format ?? ListFormat.Csv);
        _group = group ?? SingleProcess.Instance;
        _clock = PhaseEnded.Clock(progress);
    }

    /// <summary>Runs the job.</summary>
    /// <exception cref="GpuAlsException">Any kind.</exception>
    public async Task<RecommendReport> RunAsync(CancellationToken cancellation = default)
    {
        await Collisions.CheckAsync(_options, cancellation).ConfigureAwait(false);
        var outputs = new JobOutputs(_options.Overwrite);
        await using (outputs.ConfigureAwait(false)) return await RunAsync(outputs, cancellation).ConfigureAwait(false);
    }

    private async Task<RecommendReport> RunAsync(JobOutputs outputs, CancellationToken cancellation)
    {
        var file = _options.Output is { } output && (_group.Rank == 0 || ListFile.IsFolder(output))
            ? await outputs.OpenListsAsync(output, _options.Tables, _options.ListShape, cancellation, _group)
                .ConfigureAwait(false)
            : null;
        var isShared = file is { IsShared: true };
        _engine.PrepareTopK();
        var location = await VersionChosen.FollowAsync(_options.Model, _group, _progress, cancellation)
            .ConfigureAwait(false);
        var read = await ModelReader.ReadAsync(location, cancellation).ConfigureAwait(false);
        _clock.End("read_model");
        _progress?.Report(ModelRead.Of(read));
        if (_options.Plays.Count > 0) read = await FoldedInAsync(read, cancellation).ConfigureAwait(false);
        var model = ModelOfLists(read);
        var chosen = await ListSelection.SelectAsync(model, _options, cancellation).ConfigureAwait(false);
        var rules = await LoadedRules.ReadAsync(_options.Rules, model, cancellation).ConfigureAwait(false);
        foreach (var unused in rules.Unused) _progress?.Report(unused);
        var columns = await ColumnsAsync(model, cancellation).ConfigureAwait(false);
        _clock.End("read_rules");
        using var recommender = new Recommender(model, _engine, rules.Rules);
        var own = recommender.Recommend(
            Share(chosen.Indices), _options.Top, _options.IncludePlayed, cancellation);
        var lists = Report(isShared ? own : _group.ToRoot(own), chosen.Indices.Length);
        if (_group.Rank > 0 && !isShared)
        {
            foreach (var _ in lists) throw new InvalidOperationException();
            return new RecommendReport(chosen, 0);
        }

        if (file is ListFile inFile) file = inFile with { Columns = _ => columns };
        if (file is not null) await file.WriteAsync(model, lists, cancellation).ConfigureAwait(false);
        else await OutputErrors.GuardAsync("stdout", WriteToTextAsync).ConfigureAwait(false);
        if (isShared)
        {
            _emptyLists = (int)_group.Sum(_emptyLists);
            _progress?.Report(new ListsMade(chosen.Indices.Length, chosen.Indices.Length));
        }

        _clock.End("recommend");
        await outputs.CommitAsync(cancellation).ConfigureAwait(false);
        _clock.End("publish");
        var report = new RecommendReport(chosen, _emptyLists);
        _progress?.Report(new RecommendDone(report, _options));
        return report;

        async Task WriteToTextAsync()
        {
            var sink = _format.SinkTo(new TextStream(_output), columns);
            await RecommendationWriter.WriteAsync(sink, lists, cancellation).ConfigureAwait(false);
            await _output.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The lists that this process makes: as many as each other one, in the order of the processes.</summary>
    private int[] Share(int[] indices)
    {
        var (start, end) = (
            (long)indices.Length * _group.Rank / _group.Size, (long)indices.Length * (_group.Rank + 1) / _group.Size);
        return indices[(int)start..(int)end];
    }

    /// <summary>The users of --plays over the items of the model.</summary>
    private async Task<FactorModel> FoldedInAsync(FactorModel model, CancellationToken cancellation)
    {
        var (schema, worth) = (NewPlays.SchemaFor(model, _options.Rules.Schema), FoldIn.WorthOf(model.Options));
        var (_, plays) = await new PlaysLoader(schema, _clock, _progress)
            .ReadAsync(_options.Plays, worth, cancellation).ConfigureAwait(false);
        using var fold = new FoldIn(model, _engine);
        var (folded, counts) = fold.Of(plays, cancellation);
        _clock.End("fold_in");
        _progress?.Report(new FoldedIn(counts));
        return folded;
    }

    /// <summary>The columns of the lists, with the names of items if there is a file of them.</summary>
    private async Task<ListColumns> ColumnsAsync(FactorModel model, CancellationToken cancellation)
    {
        var names = _options.NamesFile is { } file
            ? await ItemNames.ReadAsync(
                file, _options.NameColumn, _options.Rules.Schema, _options.ForItems ? model.Users : model.Items,
                cancellation).ConfigureAwait(false)
            : null;
        var (list, listed) = _options.ForItems ? ("item", "user") : ("user", "item");
        if (_options.Similarity is not null) listed = $"similar_{list}";
        return new ListColumns(model, list, listed)
        {
            ListNames = _options.ForItems ? names : null,
            ListedNames = _options.Rules.HoldUsers ? null : names,
        };
    }

    /// <summary>The model whose users have the lists that are asked for, and whose items the lists hold.</summary>
    private FactorModel ModelOfLists(FactorModel model) => (_options.Similarity, _options.ForItems) switch
    {
        (null, true) => model.Transposed(),
        (null, false) => model,
        ({ } similarity, var ofItems) => SimilarModel.Of(ofItems ? model : model.Transposed(), similarity),
    };

    private IEnumerable<RecommendationBatch> Report(IEnumerable<RecommendationBatch> lists, int total)
    {
        var made = 0;
        _progress?.Report(new ListsMade(0, Math.Max(total, 1)));
        foreach (var batch in lists)
        {
            yield return batch;
            made += batch.UserIndices.Length;
            _emptyLists += batch.EmptyCount;
            _progress?.Report(new ListsMade(made, total));
        }
    }

    /// <summary>UTF-8 that goes to a text writer; each write ends with a line.</summary>
    private sealed class TextStream(TextWriter writer) : WriteOnlyStream
    {
        public override void Flush() => writer.Flush();

        protected override void Put(ReadOnlySpan<byte> bytes) => writer.Write(Encoding.UTF8.GetString(bytes));

        protected override async ValueTask PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
            await writer.WriteAsync(Encoding.UTF8.GetString(bytes.Span).AsMemory(), cancellation).ConfigureAwait(false);
    }
}
