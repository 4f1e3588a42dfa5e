using GpuAls.Sparse;
using GpuAls.Training;

namespace GpuAls.Tests.Reference;

/// <summary>The loss of <see cref="AlsOptions"/> over all pairs, from the formula, in double.</summary>
internal static class ReferenceTraining
{
    public static double Loss(CsrMatrix plays, AlsOptions options, TrainedFactors factors)
    {
        var x = TestMatrices.ToDouble(factors.UserFactors, factors.Rank);
        var y = TestMatrices.ToDouble(factors.ItemFactors, factors.Rank);
        double loss = 0;
        for (var user = 0; user < plays.RowCount; user++)
        {
            for (var item = 0; item < plays.ColumnCount; item++)
                loss += PairLoss(Play(plays, user, item), ReferenceAls.Dot(x, user, y, item), options);
            loss += Lambda(plays, options, user, byRow: true) * ReferenceAls.Dot(x, user, x, user);
        }

        for (var item = 0; item < plays.ColumnCount; item++)
            loss += Lambda(plays, options, item, byRow: false) * ReferenceAls.Dot(y, item, y, item);
        return loss;
    }

    private static double PairLoss(double play, double score, AlsOptions options)
    {
        var strength = Math.Abs(play);
        var confidence = options.Confidence == ConfidenceFunction.Linear ? options.Alpha * strength : options.Alpha * Math.Log(1 + (strength / options.Epsilon));
        confidence += play == 0 ? 0 : options.ConfidenceOffset;
        var preference = play > 0 ? 1 : 0;
        if (options.Objective == Objective.HuKorenVolinsky)
            return (options.UnobservedWeight + (play == 0 ? 0 : confidence)) * (preference - score) * (preference - score);
        var all = options.UnobservedWeight * score * score;
        return play == 0 ? all : all + (confidence * (preference - score) * (preference - score));
    }

    private static double Lambda(CsrMatrix plays, AlsOptions options, int index, bool byRow)
    {
        var count = 0;
        for (var other = 0; other < (byRow ? plays.ColumnCount : plays.RowCount); other++)
            count += (byRow ? Play(plays, index, other) : Play(plays, other, index)) > 0 ? 1 : 0;
        return options.RegularizationScaling switch
        {
            RegularizationScaling.None => options.Regularization,
            RegularizationScaling.Count => options.Regularization * count,
            _ => options.Regularization * Math.Pow(count + (options.UnobservedWeight * (byRow ? plays.ColumnCount : plays.RowCount)), options.RegularizationExponent),
        };
    }

    private static double Play(CsrMatrix plays, int user, int item)
    {
        var entry = plays.RowIndices(user).BinarySearch(item);
        return entry < 0 ? 0 : plays.RowValues(user)[entry];
    }
}
