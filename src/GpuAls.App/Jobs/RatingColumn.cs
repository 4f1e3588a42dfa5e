namespace GpuAls.App;

/// <summary>Ratings are in a column; without one each row would be a rating of 1.</summary>
internal static class RatingColumn
{
    /// <exception cref="GpuAlsException">Kind Usage: ratings without their column.</exception>
    public static void Check(Feedback feedback, InteractionSchema schema) =>
        Require.Usage(feedback == Feedback.Implicit || schema.WeightColumn is not null, "explicit feedback needs ratings, and no column has them. Name it with --weight-column.");
}
