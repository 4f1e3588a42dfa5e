using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>How similar two items, or two users, are.</summary>
[JsonConverter(typeof(WordConverter<SimilarityMeasure>))]
public enum SimilarityMeasure
{
    /// <summary>The cosine of their factors: the angle counts, not the length.</summary>
    [JsonStringEnumMemberName("cosine")]
    Cosine,

    /// <summary>The inner product of their factors, which favors long factors, those of popular items.</summary>
    [JsonStringEnumMemberName("inner-product")]
    InnerProduct,
}

/// <summary>
/// A model whose lists are neighbours: its users and its items are both the items of another model, and each has
/// "played" itself, so that no list has whom it belongs to. Items without a play above 0 are in no list.
/// </summary>
internal static class SimilarModel
{
    /// <param name="model">The model; the transposed one for neighbours of users.</param>
    /// <param name="similarity">What the scores of the lists are.</param>
    public static FactorModel Of(FactorModel model, SimilarityMeasure similarity)
    {
        var likes = Likes.CountByColumn(model.Plays, model.Feedback, model.ItemFeatures);
        var (indptr, itself) = (new long[likes.Length + 1], new List<int>());
        for (var item = 0; item < likes.Length; item++)
        {
            if (likes[item] > 0) itself.Add(item);
            indptr[item + 1] = itself.Count;
        }

        var plays = new CsrMatrix(likes.Length, indptr, [.. itself], [.. itself.Select(_ => 1f)]);
        var factors = similarity == SimilarityMeasure.Cosine
            ? Directions(model.ItemFactors)
            : model.ItemFactors;
        return new FactorModel(model.Items, model.Items, plays, model.Options, factors, factors);
    }

    /// <summary>Rows of norm 1; zeros stay.</summary>
    private static FactorMatrix Directions(FactorMatrix factors)
    {
        var directions = FactorMatrix.Uninitialized(factors.RowCount, factors.Rank);
        ParallelRanges.ForEach(factors.RowCount, (start, end) =>
        {
            for (var row = (int)start; row < end; row++)
            {
                double sum = 0;
                var source = factors[row];
                var target = directions.Row(row);
                foreach (var value in source) sum += (double)value * value;
                var norm = Math.Sqrt(sum);
                for (var i = 0; i < source.Length; i++) target[i] = norm > 0 ? (float)(source[i] / norm) : 0;
            }
        });
        return directions;
    }
}
