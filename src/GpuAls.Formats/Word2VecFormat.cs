using System.Globalization;
using System.Text;

namespace GpuAls.Formats;

/// <summary>
/// The text format of word2vec, as gensim's <c>KeyedVectors.load_word2vec_format</c> reads it: a line of both counts,
/// then a line for each id.
/// </summary>
internal sealed class Word2VecFormat() : ModelFormat("word2vec")
{
    /// <inheritdoc/>
    public override bool IsOfOneSide => true;

    /// <inheritdoc/>
    public override async Task WriteAsync(
        FactorModel model, FormatOptions options, Stream stream, CancellationToken cancellation)
    {
        var factors = model.FactorsOf(options.Side);
        var ids = options.Side == Side.Users ? model.Users : model.Items;
        Check(ids);
        var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        await using var closing = writer.ConfigureAwait(false);
        await writer.WriteLineAsync(FormattableString.Invariant($"{factors.RowCount} {factors.Rank}"))
            .ConfigureAwait(false);
        var line = new StringBuilder();
        for (var row = 0; row < factors.RowCount; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            line.Clear().Append(ids.Format(row));
            foreach (var factor in factors[row]) line.Append(' ').Append(Text(factor));
            await writer.WriteLineAsync(line, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The shortest text that gives the same number, as numpy writes it.</summary>
    private static string Text(float value) =>
        value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');

    /// <summary>A reader splits lines at white space.</summary>
    private static void Check(IdIndex ids)
    {
        for (var row = 0; row < ids.Count; row++)
        {
            var id = ids.Format(row);
            if (id.Length == 0 || id.Any(char.IsWhiteSpace))
                throw new GpuAlsException(
                    FailureKind.BadInput,
                    $"the id {Quoted.Of(id)} is empty or has white space, at which word2vec's text format splits. "
                    + "Use another --format.");
        }
    }
}
