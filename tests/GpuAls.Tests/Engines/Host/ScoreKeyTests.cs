using CsCheck;

namespace GpuAls.Tests.Engines.Host;

public sealed class ScoreKeyTests
{
    private static readonly float[] Extremes =
    [
        -0f, 0f, float.Epsilon, -float.Epsilon, float.PositiveInfinity, float.NegativeInfinity,
        float.MaxValue, float.MinValue,
    ];

    private static readonly Gen<float> Scores = Gen.OneOf(
        Gen.Int[-2, 2].Select(value => (float)value), Gen.Float.Where(value => !float.IsNaN(value)),
        Gen.OneOf(Array.ConvertAll(Extremes, value => Gen.Const(value))));

    [Test]
    public void Of_ScoreAndItem_ComeOut() =>
        Gen.Select(Scores, Gen.Int[0, int.MaxValue]).Sample((score, item) =>
            ScoreKey.Score(ScoreKey.Of(score, item)) == score && ScoreKey.Item(ScoreKey.Of(score, item)) == item);

    [Test]
    public void Of_TwoItems_TheSmallerKeyHasTheHigherScoreThenTheLowerIndex() =>
        Gen.Select(Scores, Gen.Int[0, 5], Scores, Gen.Int[0, 5]).Sample((score, item, other, otherItem) =>
            (ScoreKey.Of(score, item) < ScoreKey.Of(other, otherItem)) == (
                score > other || (score == other && item < otherItem)));
}
