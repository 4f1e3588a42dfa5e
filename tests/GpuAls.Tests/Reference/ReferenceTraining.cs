namespace GpuAls.Tests.Reference;

/// <summary>The loss of <see cref="AlsOptions"/> over all pairs, from the formula, in double.</summary>
internal static class ReferenceTraining
{
    public static double Loss(CsrMatrix plays, AlsOptions options, TrainedFactors factors) => Loss(
        plays, options, TestMatrices.ToDouble(factors.UserFactors.ToArray(), factors.Rank),
        TestMatrices.ToDouble(factors.ItemFactors.ToArray(), factors.Rank));

    /// <param name="plays">[users, items].</param>
    /// <param name="options">What is trained.</param>
    /// <param name="x">[users, rank].</param>
    /// <param name="y">[items, rank].</param>
    public static double Loss(CsrMatrix plays, AlsOptions options, double[,] x, double[,] y)
    {
        double loss = 0;
        for (var user = 0; user < plays.RowCount; user++)
        {
            for (var item = 0; item < plays.ColumnCount; item++)
            {
                var score = ReferenceAls.Dot(x, user, y, item);
                if (options.Feedback == Feedback.Implicit) loss += PairLoss(Play(plays, user, item), score, options);
                else if (Has(plays, user, item)) loss += Math.Pow(Play(plays, user, item) - score, 2);
            }

            loss += Lambda(plays, options, user, byRow: true) * ReferenceAls.Dot(x, user, x, user);
        }

        for (var item = 0; item < plays.ColumnCount; item++)
            loss += Lambda(plays, options, item, byRow: false) * ReferenceAls.Dot(y, item, y, item);
        return loss;
    }

    private static double PairLoss(double play, double score, AlsOptions options)
    {
        var strength = Math.Abs(play);
        var confidence = options.Confidence == ConfidenceFunction.Linear
            ? options.Alpha * strength
            : options.Alpha * Math.Log(1 + (strength / options.Epsilon));
        confidence += play == 0 ? 0 : options.ConfidenceOffset;
        var preference = play > 0 ? 1 : 0;
        if (options.Objective == Objective.HuKorenVolinsky)
            return (
                options.UnobservedWeight + (play == 0 ? 0 : confidence)) * (preference - score) * (preference - score);
        var all = options.UnobservedWeight * score * score;
        return play == 0 ? all : all + (confidence * (preference - score) * (preference - score));
    }

    private static double Lambda(CsrMatrix plays, AlsOptions options, int index, bool byRow)
    {
        var isExplicit = options.Feedback == Feedback.Explicit;
        var count = 0;
        for (var other = 0; other < (byRow ? plays.ColumnCount : plays.RowCount); other++)
        {
            var (user, item) = byRow ? (index, other) : (other, index);
            count += (isExplicit ? Has(plays, user, item) : Play(plays, user, item) > 0) ? 1 : 0;
        }

        var unobserved = isExplicit ? 0 : options.UnobservedWeight;
        return options.RegularizationScaling switch
        {
            RegularizationScaling.None => options.Regularization,
            RegularizationScaling.Count => options.Regularization * count,
            _ => options.Regularization * Math.Pow(
                count + (unobserved * (byRow ? plays.ColumnCount : plays.RowCount)), options.RegularizationExponent),
        };
    }

    private static bool Has(CsrMatrix plays, int user, int item) => plays.RowIndices(user).BinarySearch(item) >= 0;

    private static double Play(CsrMatrix plays, int user, int item)
    {
        var entry = plays.RowIndices(user).BinarySearch(item);
        return entry < 0 ? 0 : plays.RowValues(user)[entry];
    }
}
