namespace GpuAls.Tests.Reference;

/// <summary>
/// Accelerated training written straight down, in double: the factors are really scaled after each half of an
/// iteration, and the steps really multiplied.
/// </summary>
internal static class ReferenceMomentum
{
    /// <summary>The loss after each iteration.</summary>
    /// <param name="plays">The plays.</param>
    /// <param name="options">What is trained.</param>
    /// <param name="second">The factors of the side solved second at first.</param>
    /// <param name="restarts">How often the momentum began again.</param>
    /// <param name="userFeatures">[users, features]; null for none.</param>
    /// <param name="itemFeatures">[items, features]; null for none.</param>
    public static double[] Losses(
        InteractionMatrix plays, AlsOptions options, double[,] second, out int restarts,
        double[,]? userFeatures = null, double[,]? itemFeatures = null)
    {
        restarts = 0;
        var isUsersFirst = options.First == Side.Users;
        var (firstPlays, secondPlays) = isUsersFirst ? (plays.ByUser, plays.ByItem) : (plays.ByItem, plays.ByUser);
        var weights = ConfidenceTransform.Weights(options);
        var (firstLambda, secondLambda) =
            (RowRegularization.Compute(firstPlays, options), RowRegularization.Compute(secondPlays, options));
        var (firstConfidence, secondConfidence) =
            (ConfidenceTransform.Apply(firstPlays, options), ConfidenceTransform.Apply(secondPlays, options));
        var (firstFeatures, secondFeatures) =
            isUsersFirst ? (userFeatures, itemFeatures) : (itemFeatures, userFeatures);
        var firstTerm = new ReferenceFeatures(firstPlays, firstFeatures, options);
        var secondTerm = new ReferenceFeatures(secondPlays, secondFeatures, options);
        var first = new double[firstPlays.RowCount, options.Rank];
        var before = second;
        var steps = 0;
        var losses = new List<double>();
        while (losses.Count < options.Iterations)
        {
            var beta = steps / (steps + 3.0);
            var ahead = Sum(1 + beta, second, -beta, before);
            before = second;
            // What the first iteration starts from is random, and no measure for a scale, nor what comes of it at once.
            var scale = losses.Count < 2 ? 1 : Scale(firstTerm.Value(first), secondTerm.Value(ahead));
            (first, ahead, before) = (Times(scale, first), Times(1 / scale, ahead), Times(1 / scale, before));

            first = ReferenceAls.SolveRows(firstConfidence, weights, ahead, firstLambda, firstTerm.Pull(first));
            scale = losses.Count < 2 ? 1 : Scale(firstTerm.Value(first), secondTerm.Value(ahead));
            (first, ahead, before) = (Times(scale, first), Times(1 / scale, ahead), Times(1 / scale, before));

            second = ReferenceAls.SolveRows(
                secondConfidence, weights, first, secondLambda, secondTerm.Pull(ahead));
            var isAgainst = Dot(Sum(1, ahead, -1, second), Sum(1, second, -1, before)) > 0;
            steps = isAgainst ? 0 : steps + 1;
            if (isAgainst) restarts++;

            scale = Scale(firstTerm.Value(first), secondTerm.Value(second));
            var model = (First: Times(scale, first), Second: Times(1 / scale, second));
            losses.Add(ReferenceFeatures.Loss(
                plays, options, isUsersFirst ? model.First : model.Second,
                isUsersFirst ? model.Second : model.First, userFeatures, itemFeatures));
        }

        return [.. losses];
    }

    /// <summary>Σ λ|x|² of users and of items.</summary>
    public static (double Users, double Items) Regularization(
        InteractionMatrix plays, AlsOptions options, TrainedFactors factors) =>
        (
            Norm(
                TestMatrices.ToDouble(factors.UserFactors.ToArray(), factors.Rank),
                RowRegularization.Compute(plays.ByUser, options)),
            Norm(
                TestMatrices.ToDouble(factors.ItemFactors.ToArray(), factors.Rank),
                RowRegularization.Compute(plays.ByItem, options)));

    /// <summary>c, with c⁴ = the regularization of the second side by that of the first.</summary>
    private static double Scale(double first, double second) => first > 0 ? Math.Pow(second / first, 0.25) : 1;

    private static double Norm(double[,] factors, float[] lambda)
    {
        double sum = 0;
        for (var row = 0; row < factors.GetLength(0); row++)
            sum += lambda[row] * ReferenceAls.Dot(factors, row, factors, row);
        return sum;
    }

    private static double Dot(double[,] x, double[,] y) =>
        x.Cast<double>().Zip(y.Cast<double>(), (a, b) => a * b).Sum();

    private static double[,] Times(double scale, double[,] x) => Sum(scale, x, 0, x);

    private static double[,] Sum(double a, double[,] x, double b, double[,] y)
    {
        var sum = new double[x.GetLength(0), x.GetLength(1)];
        for (var row = 0; row < x.GetLength(0); row++)
            for (var i = 0; i < x.GetLength(1); i++) sum[row, i] = (a * x[row, i]) + (b * y[row, i]);
        return sum;
    }
}
