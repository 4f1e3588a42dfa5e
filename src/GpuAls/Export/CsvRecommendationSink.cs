using System.Globalization;
using GpuAls.Modeling;
using GpuAls.Recommendation;

namespace GpuAls.Export;

/// <summary>Lists in the long form with a header, quoted as RFC 4180 asks.</summary>
internal sealed class CsvRecommendationSink : IRecommendationSink
{
    /// <summary>Longer than any number is.</summary>
    private const int NumberChars = 32;

    private readonly FactorModel _model;
    private readonly TextWriter _writer;

    public CsvRecommendationSink(TextWriter writer, FactorModel model)
    {
        (_writer, _model) = (writer, model);
        _writer.Write("user,item,rank,score\n");
    }

    public Task WriteAsync(RecommendationBatch batch)
    {
        for (var list = 0; list < batch.UserIndices.Length; list++) WriteList(batch, list);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private void WriteList(RecommendationBatch batch, int list)
    {
        var user = Quote(_model.Users.Format(batch.UserIndices[list]));
        for (var place = 0; place < batch.K; place++)
        {
            var entry = (list * batch.K) + place;
            if (batch.ItemIndices[entry] < 0) return;
            _writer.Write(user);
            _writer.Write(',');
            _writer.Write(Quote(_model.Items.Format(batch.ItemIndices[entry])));
            WriteNumber(',', place + 1);
            WriteNumber(',', batch.Scores[entry]);
            _writer.Write('\n');
        }
    }

    private void WriteNumber<T>(char before, T value)
        where T : ISpanFormattable
    {
        Span<char> text = stackalloc char[NumberChars];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        _writer.Write(before);
        _writer.Write(text[..length]);
    }

    private static string Quote(string field) =>
        field.AsSpan().IndexOfAny("\",\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
