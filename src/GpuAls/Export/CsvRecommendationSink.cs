using System.Globalization;
using GpuAls.Modeling;
using GpuAls.Recommendation;

namespace GpuAls.Export;

/// <summary>Lists in the long form with a header, quoted as RFC 4180 asks.</summary>
internal sealed class CsvRecommendationSink : IRecommendationSink
{
    private readonly FactorModel _model;
    private readonly TextWriter _writer;

    public CsvRecommendationSink(TextWriter writer, FactorModel model)
    {
        (_writer, _model) = (writer, model);
        _writer.Write("user,item,rank,score\n");
    }

    public async Task WriteAsync(RecommendationBatch batch)
    {
        for (var entry = 0; entry < batch.ItemIndices.Length; entry++)
        {
            if (batch.ItemIndices[entry] < 0) continue;
            var user = Quote(_model.Users.Format(batch.UserIndices[entry / batch.K]));
            var item = Quote(_model.Items.Format(batch.ItemIndices[entry]));
            var line = string.Create(CultureInfo.InvariantCulture, $"{user},{item},{1 + (entry % batch.K)},{batch.Scores[entry]}\n");
            await _writer.WriteAsync(line).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private static string Quote(string field) =>
        field.AsSpan().IndexOfAny("\",\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
