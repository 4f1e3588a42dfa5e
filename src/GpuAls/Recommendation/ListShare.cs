namespace GpuAls;

/// <summary>The users whose lists a process makes, and the model with their plays.</summary>
/// <param name="Model">The model; its plays are those of these users alone.</param>
/// <param name="Users">Indices of the users, ascending.</param>
internal sealed record ListShare(FactorModel Model, int[] Users)
{
    /// <summary>
    /// Shares out the lists of a model that processes have trained together, each with the plays of its own users. A
    /// list takes the same time for all users, but a user with many plays took longer to train, so plays move on to
    /// those who have fewer users.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="trained">
    /// Which process has the plays of which users; users after those have none, but may have features.
    /// </param>
    /// <param name="group">The processes; all of them call it.</param>
    public static ListShare Of(FactorModel model, RowShares trained, IProcessGroup group)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentNullException.ThrowIfNull(group);
        if (group.Size == 1) return new ListShare(model, Recommender.UsersWithPlays(model));
        var users = model.Users.Count;
        var (from, to) = (trained.Extended(users), RowShares.Even(users, group.Size));
        var own = model.Plays.Slice(from.Start(group.Rank), from.Count(group.Rank));
        var moved = SharedCsr.Move(group, own, from, to, model.PlaysOfUsers, Array.MaxLength);
        var (first, count) = (to.Start(group.Rank), to.Count(group.Rank));
        var listed = model.WithPlays(moved.Embedded(first, users));
        return new ListShare(
            listed, [.. Enumerable.Range(first, count).Where(user => Recommender.HasPlays(listed, user))]);
    }
}
