namespace GpuAls.App;

/// <summary>Plays that are read for a model that is there already.</summary>
internal static class NewPlays
{
    /// <summary>
    /// The columns that the model was trained with, but for those of ids where others are named; the rest of the schema
    /// says how files are read.
    /// </summary>
    public static InteractionSchema SchemaFor(FactorModel model, InteractionSchema given)
    {
        var (usual, input) = (new InteractionSchema(), model.Manifest!.Input);
        return given with
        {
            UserColumn = Column(given.UserColumn, usual.UserColumn, input.UserColumn),
            ItemColumn = Column(given.ItemColumn, usual.ItemColumn, input.ItemColumn),
            WeightColumn = input.WeightColumn,
            TimeColumn = model.Options.HalfLife is null ? null : input.TimeColumn,
            EventColumn = input.EventColumn,
            EventWeights = input.EventWeights is { } weights ? new EventWeights(weights) : null,
            Feedback = model.Feedback,
        };
    }

    /// <summary>A model that was trained on plays in memory has no columns.</summary>
    private static string Column(string given, string usual, string trained) =>
        given == usual && trained.Length > 0 ? trained : given;
}
