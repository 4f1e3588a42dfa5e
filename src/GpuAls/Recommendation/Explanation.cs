namespace GpuAls;

/// <summary>
/// Which plays of a user made the score of an item (Hu, Koren and Volinsky, section 5). With the item factors as they
/// are, the user's normal equation has the solution x = A⁻¹ Σ rhs(v_j)·y_j, so that
/// <code>
/// x·y_i = Σ rhs(v_j) · y_iᵀ A⁻¹ y_j,    A = α₀·YᵀY + Σ gram(v_j)·y_j y_jᵀ + λI
/// </code>
/// and each play contributes one term. The score is that of the saved factors; what the terms lack of it is the rest:
/// the saved factors of the user were solved for the item factors of an earlier half-iteration, with momentum or by
/// another solver, and are rounded to fp32.
/// </summary>
/// <param name="Score">x·y_i of the saved factors.</param>
/// <param name="Plays">The plays of the user, the largest contribution first.</param>
internal sealed record Explanation(double Score, IReadOnlyList<ExplainedPlay> Plays)
{
    /// <summary>Σ contributions: the score of a user whose factors are exact.</summary>
    public double Explained { get; } = Plays.Sum(play => play.Contribution);

    /// <summary>The score without the contributions.</summary>
    public double Rest => Score - Explained;

    /// <summary>Explains a score.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">Where YᵀY is summed.</param>
    /// <param name="user">Index of the user.</param>
    /// <param name="item">Index of the item.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: the factors are nonnegative, so that they are not linear in the plays. Kind BadInput: the user has
    /// no play to explain anything with. Kind Internal: the equation cannot be solved.
    /// </exception>
    public static Explanation Of(FactorModel model, IAlsEngine engine, int user, int item)
    {
        var gramian = new double[model.Rank * model.Rank];
        if (ConfidenceTransform.Weights(model.Options).UnobservedWeight > 0)
        {
            using var factors = engine.LoadFactors(model.ItemFactors);
            engine.Gramian(factors, RowRange.All(factors), gramian);
        }

        return Of(model, gramian, user, item);
    }

    /// <inheritdoc cref="Of(FactorModel, IAlsEngine, int, int)"/>
    /// <param name="model">The model.</param>
    /// <param name="gramian">YᵀY of its items, [rank, rank].</param>
    /// <param name="user">Index of the user.</param>
    /// <param name="item">Index of the item.</param>
    public static Explanation Of(FactorModel model, double[] gramian, int user, int item)
    {
        var options = model.Options;
        Require.Usage(
            !options.Nonnegative,
            "the model has nonnegative factors (--nonnegative): its scores are not sums over plays, so they cannot be "
                + "explained.");
        if (!Recommender.HasPlays(model, user))
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"user {Quoted.Of(model.Users.Format(user))} has no play above 0, or factors that are all 0: every "
                    + "score is 0, and there is nothing to explain.");
        var row = new CsrMatrix(
            model.Items.Count, [0, model.Plays.RowLength(user)], model.Plays.RowIndices(user).ToArray(),
            model.Plays.RowValues(user).ToArray());
        var confident = ConfidenceTransform.Apply(row, options);
        var weights = ConfidenceTransform.Weights(options);
        var y = model.ItemFactors[item];
        var direction = new double[model.Rank];
        for (var i = 0; i < direction.Length; i++) direction[i] = y[i];
        var lambda = RowRegularization.Compute(row, options)[0];
        Solve(model, gramian, new RowEntries(confident, 0), weights, lambda, direction);
        var plays = new ExplainedPlay[confident.Values.Length];
        for (var entry = 0; entry < plays.Length; entry++)
        {
            var played = row.Indices[entry];
            var likeness = Dot(direction, model.ItemFactors[played]);
            plays[entry] = new ExplainedPlay(
                played, row.Values[entry], weights.Rhs(confident.Values[entry]) * likeness);
        }

        var x = model.UserFactors[user];
        double score = 0;
        for (var i = 0; i < x.Length; i++) score += (double)x[i] * y[i];
        return new Explanation(
            score, [.. plays.OrderByDescending(play => play.Contribution).ThenBy(play => play.Item)]);
    }

    /// <summary>y ← A⁻¹ y, in fp64.</summary>
    private static void Solve(
        FactorModel model,
        double[] gramian,
        RowEntries entries,
        ConfidenceWeights weights,
        float lambda,
        double[] direction)
    {
        var rank = model.Rank;
        var left = new double[rank * rank];
        Fp64Equation.AssembleLeft(
            left, gramian, weights, entries, lambda, item => model.ItemFactors[item],
            new double[rank]);
        if (!Fp64Cholesky.Factor(left, rank))
            throw new GpuAlsException(
                FailureKind.Internal,
                "the equations of the user have no unique solution, so the score cannot be explained. Train with a "
                    + "larger --regularization.");
        Fp64Cholesky.Solve(left, direction);
    }

    private static double Dot(double[] one, ReadOnlySpan<float> other)
    {
        double sum = 0;
        for (var i = 0; i < one.Length; i++) sum += one[i] * other[i];
        return sum;
    }
}

/// <summary>A play, and what it added to a score.</summary>
/// <param name="Item">Index of the item that was played.</param>
/// <param name="Plays">How often, or the rating.</param>
/// <param name="Contribution">Its part of the score; 0 for a dislike, which only lowers the others.</param>
internal readonly record struct ExplainedPlay(int Item, float Plays, double Contribution);
