using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using GpuAls.Indexing;
using GpuAls.Modeling;
using GpuAls.Recommendation;

namespace GpuAls.Export;

/// <summary>One list a line; integer ids are numbers, all others strings.</summary>
internal sealed class JsonLinesRecommendationSink : IRecommendationSink
{
    private readonly FactorModel _model;
    private readonly FileStream _stream;
    private readonly ArrayBufferWriter<byte> _lines = new();
    private readonly Utf8JsonWriter _json;

    public JsonLinesRecommendationSink(string path, FactorModel model)
    {
        _model = model;
        _stream = File.Create(path);
        _json = new Utf8JsonWriter(_lines, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public async Task WriteAsync(RecommendationBatch batch)
    {
        for (var list = 0; list < batch.UserIndices.Length; list++)
        {
            WriteList(batch, list);
            _json.Flush();
            _json.Reset();
            _lines.Write("\n"u8);
        }

        await _stream.WriteAsync(_lines.WrittenMemory).ConfigureAwait(false);
        _lines.ResetWrittenCount();
    }

    public async ValueTask DisposeAsync()
    {
        await _json.DisposeAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private void WriteList(RecommendationBatch batch, int list)
    {
        _json.WriteStartObject();
        WriteId("user", _model.Users, batch.UserIndices[list]);
        _json.WriteStartArray("items");
        for (var entry = list * batch.K; entry < (list + 1) * batch.K && batch.ItemIndices[entry] >= 0; entry++)
        {
            _json.WriteStartObject();
            WriteId("item", _model.Items, batch.ItemIndices[entry]);
            _json.WriteNumber("score", batch.Scores[entry]);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteId(string name, IdIndex ids, int index)
    {
        switch (ids)
        {
            case IdIndex<int> integers: _json.WriteNumber(name, integers.Ids.Span[index]); break;
            case IdIndex<long> integers: _json.WriteNumber(name, integers.Ids.Span[index]); break;
            default: _json.WriteString(name, ids.Format(index)); break;
        }
    }
}
