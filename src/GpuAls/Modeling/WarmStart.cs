namespace GpuAls;

/// <summary>
/// A training that begins with the factors of a model. Users and items are matched by their ids; those that the model
/// does not have, or has without factors, begin as in any other training.
/// </summary>
internal sealed class WarmStart
{
    private readonly FactorModel _model;

    /// <param name="model">The model.</param>
    /// <param name="options">What is trained.</param>
    /// <exception cref="GpuAlsException">Kind Usage: the training cannot begin with these factors.</exception>
    public WarmStart(FactorModel model, AlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        Check(model.Options, options);
        Require.Usage(
            !options.Nonnegative || (IsNonnegative(model.UserFactors) && IsNonnegative(model.ItemFactors)),
            "the model of --warm-start has factors below 0, which --nonnegative rules out. Start from a model that was "
            + "trained with --nonnegative.");
        _model = model;
    }

    /// <summary>What of a model has to be as in the training.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: something differs.</exception>
    public static void Check(AlsOptions model, AlsOptions options)
    {
        Require.Usage(
            model.Rank == options.Rank,
            $"the model of --warm-start has rank {model.Rank}, and this training {options.Rank}. Pass --rank "
            + $"{model.Rank}, or leave --warm-start out.");
        Require.Usage(
            model.Feedback == options.Feedback,
            $"the model of --warm-start learned from {Words.Of(model.Feedback)} feedback, and this training learns "
            + $"from {Words.Of(options.Feedback)} feedback. Pass --feedback {Words.Of(model.Feedback)}, or leave "
            + "--warm-start out.");
    }

    /// <summary>Where a training on some plays begins.</summary>
    /// <param name="plays">The plays.</param>
    /// <param name="options">What is trained.</param>
    public (FactorMatrices Factors, WarmStartCounts Counts) Begin(InteractionMatrix plays, AlsOptions options)
    {
        var factors = TrainingFactors.FirstMatrices(plays, options);
        return (factors, new WarmStartCounts(
            Fill(factors.Users, plays.Users, _model.Users, _model.UserFactors),
            plays.Users.Count,
            Fill(factors.Items, plays.Items, _model.Items, _model.ItemFactors),
            plays.Items.Count));
    }

    /// <returns>The number of ids that the model has factors of.</returns>
    private static int Fill(FactorMatrix? factors, IdIndex ids, IdIndex known, FactorMatrix from)
    {
        var (found, rows) = (0, ids.IndicesIn(known));
        for (var index = 0; index < rows.Length; index++)
        {
            if (rows[index] < 0) continue;
            var vector = from[rows[index]];
            if (!vector.ContainsAnyExcept(0f)) continue;
            found++;
            // Without a matrix, the side is solved before anything reads it.
            if (factors is not null) vector.CopyTo(factors.Row(index));
        }

        return found;
    }

    private static bool IsNonnegative(FactorMatrix factors) => !factors.HasOutside(0, float.MaxValue);
}

/// <summary>What a training took over of a model.</summary>
/// <param name="KnownUsers">Users of the training that have factors in the model.</param>
/// <param name="Users">All users of the training.</param>
/// <param name="KnownItems">Items of the training that have factors in the model.</param>
/// <param name="Items">All items of the training.</param>
internal sealed record WarmStartCounts(int KnownUsers, int Users, int KnownItems, int Items);
