namespace GpuAls;

/// <summary>What a search of some plays tries.</summary>
/// <param name="Trials">The trials.</param>
/// <param name="Searched">
/// The options in which they differ, in the order of <see cref="AlsParameters.Searchable"/>.
/// </param>
/// <param name="Space">The space that they are points of; null where combinations of given values are tried.</param>
internal sealed record SearchPlan(
    ITrialSource Trials, IReadOnlyList<Parameter<AlsOptions>> Searched, AutomaticSpace? Space)
{
    /// <summary>Whether there are as many trials as the time allows, where their number is not given.</summary>
    public bool IsOpen => Trials is not ListedTrials;

    /// <param name="options">How it is searched.</param>
    /// <param name="space">What is given.</param>
    /// <param name="plays">The plays that trials train on.</param>
    /// <param name="isFormFixed">Whether a preset says what numbers mean, so that only numbers are searched.</param>
    /// <exception cref="GpuAlsException">Kind Usage: every option is given.</exception>
    public static SearchPlan Of(
        SearchOptions options, SearchSpace space, InteractionMatrix plays, bool isFormFixed = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(space);
        if (!options.IsAutomatic(space))
            return new SearchPlan(
                new ListedTrials(options.Candidates(space)),
                [.. space.Axes.Where(axis => axis.HasChoices).Select(axis => axis.Parameter)],
                null);
        var rank = space.Axes.FirstOrDefault(axis => axis.Parameter.Name == "rank");
        if (rank is null)
            space = space.With(
                space.FixedOptions with { Rank = Math.Min(space.FixedOptions.Rank, plays.Items.Count) });
        var automatic = new AutomaticSpace(space, PlayScale.Of(plays), isFormFixed);
        Require.Usage(
            automatic.Dimensions.Count > 0 || (options.Kind == SearchKind.Bayes && rank is not { HasChoices: false }),
            "there is nothing to search: every option has one value. Leave some out, or give several values.");
        var (trials, seed) = (options.TrialsOrDefault, space.FixedOptions.Seed);
        if (options.Kind != SearchKind.Bayes)
            return new SearchPlan(new ListedTrials(automatic.Draw(trials, seed)), automatic.Searched, automatic);
        var proposals = new BayesianProposals(automatic, space.FixedOptions, trials, seed);
        if (rank is { HasChoices: false })
            return new SearchPlan(proposals, automatic.Searched, automatic);
        var ranks = RankLadder.Ranks(rank, plays.Items.Count);
        return new SearchPlan(
            new RankLadder(proposals, ranks),
            [
                .. AlsParameters.Searchable.Where(parameter =>
                    automatic.Searched.Contains(parameter) || (parameter.Name == "rank" && ranks.Count > 1)),
            ],
            automatic);
    }
}
