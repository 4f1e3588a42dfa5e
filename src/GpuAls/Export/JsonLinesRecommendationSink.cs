using System.Text.Encodings.Web;
using System.Text.Json;
using GpuAls.Indexing;
using GpuAls.Modeling;
using GpuAls.Recommendation;

namespace GpuAls.Export;

/// <summary>One list a line; integer ids are numbers, all others strings.</summary>
internal sealed class JsonLinesRecommendationSink(string path, FactorModel model) : IRecommendationSink
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileStream _stream = File.Create(path);

    public Task WriteAsync(RecommendationBatch batch)
    {
        for (var list = 0; list < batch.UserIndices.Length; list++)
        {
            using (var json = new Utf8JsonWriter(_stream, Options)) WriteList(json, batch, list);
            _stream.WriteByte((byte)'\n');
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private void WriteList(Utf8JsonWriter json, RecommendationBatch batch, int list)
    {
        json.WriteStartObject();
        WriteId(json, "user", model.Users, batch.UserIndices[list]);
        json.WriteStartArray("items");
        for (var entry = list * batch.K; entry < (list + 1) * batch.K && batch.ItemIndices[entry] >= 0; entry++)
        {
            json.WriteStartObject();
            WriteId(json, "item", model.Items, batch.ItemIndices[entry]);
            json.WriteNumber("score", batch.Scores[entry]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter json, string name, IdIndex ids, int index)
    {
        if (ids is IdIndex<long> or IdIndex<int>) json.WriteNumber(name, long.Parse(ids.Format(index), System.Globalization.CultureInfo.InvariantCulture));
        else json.WriteString(name, ids.Format(index));
    }
}
