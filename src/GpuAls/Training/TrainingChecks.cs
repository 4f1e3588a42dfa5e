namespace GpuAls;

/// <summary>Whether there is anything to train.</summary>
internal static class TrainingChecks
{
    public static void Check(InteractionMatrix plays, AlsOptions options)
    {
        Require.Usage(
            plays.Feedback == options.Feedback, $"the plays are {plays.Feedback.ToString().ToLowerInvariant()} "
                + $"feedback, and the options of {options.Feedback.ToString().ToLowerInvariant()} feedback. Make both "
                    + "the same.");
        Check(plays.Users.Count, plays.Items.Count, options.Rank);
        if (plays.PlayCount == 0)
            throw new GpuAlsException(
                FailureKind.BadInput,
                "no plays are left: the weights of every user and item pair sum to 0. Check --weight-column.");
    }

    /// <summary>What the sizes alone tell.</summary>
    public static void Check(int users, int items, int rank)
    {
        Enough(users, "user", "--user-column");
        Enough(items, "item", "--item-column");
        if (rank > items)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"--rank {rank} is larger than the number of items, {items}. Choose --rank {items} or less.");
    }

    private static void Enough(int count, string side, string option)
    {
        if (count < 2)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"found {count} {side} in the plays; training needs at least 2. Is {option} the right column?");
    }
}
