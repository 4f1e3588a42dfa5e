using System.Text.Json.Serialization;

namespace GpuAls.App;

/// <summary>What <c>gpuals explain</c> is asked.</summary>
internal sealed record ExplainJobOptions
{
    /// <summary>Directory of the model.</summary>
    public string Model { get; init; } = "";

    /// <summary>Id of the user.</summary>
    public string User { get; init; } = "";

    /// <summary>Id of the item.</summary>
    public string Item { get; init; } = "";

    /// <summary>Plays that are shown one by one.</summary>
    public int Top { get; init; } = 10;

    /// <summary>File with the name of each item; null for ids only.</summary>
    public string? NamesFile { get; init; }

    /// <summary>The column of names in it.</summary>
    public string NameColumn { get; init; } = "name";

    /// <summary>How that file is read, and its column of items.</summary>
    public InteractionSchema Schema { get; init; } = new();

    /// <summary>How it is shown.</summary>
    public ShownFormat Format { get; init; }
}

/// <summary>Why a user has a score for an item: the sum of what is shown is the score.</summary>
/// <param name="User">Id of the user.</param>
/// <param name="Item">Id of the item.</param>
/// <param name="ItemName">Its name; null where there is none.</param>
/// <param name="Score">The score.</param>
/// <param name="Plays">The plays with the largest contributions.</param>
/// <param name="OtherPlays">How many plays are not among them.</param>
/// <param name="OtherContributions">Their sum.</param>
/// <param name="Rest">The score without the contributions of all plays.</param>
internal sealed record ExplainReport(
    string User,
    string Item,
    string? ItemName,
    double Score,
    IReadOnlyList<ExplainedItem> Plays,
    int OtherPlays,
    double OtherContributions,
    double Rest)
{
    /// <summary>An explanation with ids and names.</summary>
    /// <param name="model">The model.</param>
    /// <param name="explanation">The explanation.</param>
    /// <param name="user">Index of the user.</param>
    /// <param name="item">Index of the item.</param>
    /// <param name="top">Plays that are told one by one.</param>
    /// <param name="names">The name of each item; null for ids only.</param>
    public static ExplainReport Of(
        FactorModel model, Explanation explanation, int user, int item, int top, IdIndex<string>? names)
    {
        var (shown, others) = (explanation.Plays.Take(top), explanation.Plays.Skip(top).ToArray());
        return new ExplainReport(
            model.Users.Format(user),
            model.Items.Format(item),
            ItemNames.Of(names, item),
            explanation.Score,
            [
                .. shown.Select(play => new ExplainedItem(
                    model.Items.Format(play.Item), ItemNames.Of(names, play.Item), play.Plays, play.Contribution)),
            ],
            others.Length,
            others.Sum(play => play.Contribution),
            explanation.Rest);
    }
}

/// <summary>A play and its part of a score.</summary>
/// <param name="Item">Id of the item that was played.</param>
/// <param name="ItemName">Its name; null where there is none.</param>
/// <param name="Plays">How often, or the rating.</param>
/// <param name="Contribution">Its part of the score.</param>
internal sealed record ExplainedItem(string Item, string? ItemName, float Plays, double Contribution);

/// <summary>Explains a score of a saved model.</summary>
internal static class ExplainJob
{
    /// <summary>Runs the job.</summary>
    /// <param name="options">What is asked.</param>
    /// <param name="engine">Where YᵀY is summed.</param>
    /// <param name="progress">Told which model is read.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the model cannot be read, or has no such user or item. Kind Usage: its scores cannot be
    /// explained.
    /// </exception>
    public static async Task<ExplainReport> RunAsync(
        ExplainJobOptions options,
        IAlsEngine engine,
        IProgress<JobEvent>? progress,
        CancellationToken cancellation)
    {
        var location =
            await VersionChosen.FollowAsync(options.Model, progress, cancellation).ConfigureAwait(false);
        var model = await ModelReader.ReadAsync(location, cancellation).ConfigureAwait(false);
        var (user, item) = (Find(model.Users, "user", options.User), Find(model.Items, "item", options.Item));
        var names = options.NamesFile is { } file
            ? await ItemNames.ReadAsync(file, options.NameColumn, options.Schema, model.Items, cancellation)
                .ConfigureAwait(false)
            : null;
        return ExplainReport.Of(model, Explanation.Of(model, engine, user, item), user, item, options.Top, names);
    }

    private static int Find(IdIndex ids, string side, string id) => ids.TryFind(id, out var index)
        ? index
        : throw new GpuAlsException(
            FailureKind.BadInput, $"the model has no {side} {Quoted.Of(id)}. Ids are case-sensitive.");
}

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NewLine = "\n",
    NumberHandling = JsonNumberHandling.Strict, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExplainReport))]
internal sealed partial class ExplainJson : JsonSerializerContext;
