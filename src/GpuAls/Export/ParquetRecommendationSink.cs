using GpuAls.Modeling;
using GpuAls.Recommendation;
using Parquet;
using Parquet.Schema;

namespace GpuAls.Export;

/// <summary>Lists in the long form, one row for each listed item; batches are gathered into row groups of about a million rows.</summary>
internal sealed class ParquetRecommendationSink : IRecommendationSink
{
    private const int GroupRows = 1 << 20;

    private readonly FactorModel _model;
    private readonly DataField _user;
    private readonly DataField _item;
    private readonly DataField<int> _rank = new("rank");
    private readonly DataField<float> _score = new("score");
    private readonly List<RecommendationBatch> _pending = [];
    private Stream? _stream;
    private ParquetWriter? _writer;
    private int _pendingRows;

    private ParquetRecommendationSink(FactorModel model)
    {
        _model = model;
        _user = ParquetIds.Field("user", model.Users.Type);
        _item = ParquetIds.Field("item", model.Items.Type);
    }

    public static async Task<ParquetRecommendationSink> OpenAsync(string path, FactorModel model)
    {
        var sink = new ParquetRecommendationSink(model) { _stream = File.Create(path) };
        var schema = new ParquetSchema(sink._user, sink._item, sink._rank, sink._score);
        sink._writer = await ParquetWriter.CreateAsync(schema, sink._stream).ConfigureAwait(false);
        return sink;
    }

    public async Task WriteAsync(RecommendationBatch batch)
    {
        _pending.Add(batch);
        _pendingRows += batch.RowCount;
        if (_pendingRows >= GroupRows) await FlushAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_pendingRows > 0) await FlushAsync().ConfigureAwait(false);
            await _writer!.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await _stream!.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task FlushAsync()
    {
        var rows = new LongForm(_pending, _pendingRows);
        using var group = _writer!.CreateRowGroup();
        await ParquetIds.WriteAsync(group, _user, _model.Users, rows.Users).ConfigureAwait(false);
        await ParquetIds.WriteAsync(group, _item, _model.Items, rows.Items).ConfigureAwait(false);
        await group.WriteAsync<int>(_rank, rows.Ranks).ConfigureAwait(false);
        await group.WriteAsync<float>(_score, rows.Scores).ConfigureAwait(false);
        group.CompleteValidate();
        _pending.Clear();
        _pendingRows = 0;
    }

    /// <summary>The columns of a row group.</summary>
    private sealed class LongForm
    {
        public LongForm(List<RecommendationBatch> batches, int rowCount)
        {
            (Users, Items, Ranks, Scores) = (new int[rowCount], new int[rowCount], new int[rowCount], new float[rowCount]);
            var row = 0;
            foreach (var batch in batches)
            {
                for (var entry = 0; entry < batch.ItemIndices.Length; entry++)
                {
                    if (batch.ItemIndices[entry] < 0) continue;
                    Users[row] = batch.UserIndices[entry / batch.K];
                    Items[row] = batch.ItemIndices[entry];
                    Ranks[row] = 1 + (entry % batch.K);
                    Scores[row++] = batch.Scores[entry];
                }
            }
        }

        public int[] Users { get; }

        public int[] Items { get; }

        public int[] Ranks { get; }

        public float[] Scores { get; }
    }
}
