namespace GpuAls;

/// <summary>
/// Which plays of a user made the score of an item: the score is the sum of the contributions and of the rest (Hu,
/// Koren and Volinsky 2008, section 5).
/// </summary>
/// <param name="User">The id of the user.</param>
/// <param name="Item">The id of the item.</param>
/// <param name="Score">The predicted preference, or the predicted rating.</param>
/// <param name="Plays">The plays of the user, the largest contribution first.</param>
/// <param name="Rest">
/// What the contributions leave: the saved factors of the user were solved for item factors that have changed since.
/// </param>
public sealed record ScoreExplanation(
    string User, string Item, double Score, IReadOnlyList<PlayContribution> Plays, double Rest);

/// <summary>A play, and its part of a score.</summary>
/// <param name="Item">The id of the item that was played.</param>
/// <param name="Plays">How often, or the rating.</param>
/// <param name="Contribution">Its part of the score.</param>
public readonly record struct PlayContribution(string Item, float Plays, double Contribution);
