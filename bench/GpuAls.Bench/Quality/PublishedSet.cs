namespace GpuAls.Bench.Quality;

/// <summary>A data set with a fixed split on which others published what they reached.</summary>
/// <param name="Name">Its name, as an argument.</param>
/// <param name="Form">How its lines are to be read.</param>
/// <param name="Train">File of the plays to train on.</param>
/// <param name="Test">File of the plays to test with.</param>
/// <param name="Excluded">File of plays that lists leave out too; null for none.</param>
/// <param name="Options">What is trained.</param>
/// <param name="Figures">What was published.</param>
internal sealed record PublishedSet(
    string Name, LineForm Form, string Train, string Test, string? Excluded, AlsOptions Options, IReadOnlyList<PublishedFigure> Figures)
{
    /// <summary>
    /// CiteULike-a, 10 articles of each user to train on; iALS with the parameters that Ferrari Dacrema et al. found (TOIS 2021, additional
    /// material, table 16).
    /// </summary>
    public static PublishedSet CiteULike { get; } = new(
        "citeulike", LineForm.UserIsTheLine, "cf-train-10-users.dat", "cf-test-10-users.dat", null,
        AlsOptions.Default with
        {
            Rank = 50,
            Iterations = 60,
            Confidence = ConfidenceFunction.Log,
            Alpha = 50,
            Epsilon = 0.001,
            Regularization = 1e-5,
            RegularizationScaling = RegularizationScaling.None,
        },
        [
            new("recall", 50, .0779), new("recall", 100, .1388), new("recall", 150, .1834), new("recall", 200, .2186), new("recall", 250, .2472), new("recall", 300, .2706),
        ]);

    /// <summary>
    /// Last.fm of HetRec 2011 as LightGCN++ divides it (Lee et al., RecSys 2024, supplement, table 7). The parameters are those that
    /// <c>gpuals tune train.csv --test valid.csv --cold-start nan --preset ials --metric ndcg@20 --rank 64,128 --alpha 1
    /// --unobserved-weight 0.05,0.1,0.2 --regularization 0.001,0.003,0.01 --iterations 30</c> chose on its validation part.
    /// </summary>
    public static PublishedSet LastFm { get; } = new(
        "lastfm", LineForm.UserIsFirst, "train.txt", "test.txt", "valid.txt",
        AlsOptions.Default with
        {
            Rank = 128,
            Iterations = 10,
            Objective = Objective.Ials,
            Confidence = ConfidenceFunction.Linear,
            Alpha = 1,
            UnobservedWeight = 0.1,
            Regularization = 0.01,
            RegularizationScaling = RegularizationScaling.Ials,
        },
        [new("ndcg", 20, .2624)]);

    public static IReadOnlyList<PublishedSet> All { get; } = [CiteULike, LastFm];
}

/// <summary>A published figure.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="K">Length of the lists.</param>
/// <param name="Value">What was published.</param>
internal sealed record PublishedFigure(string Metric, int K, double Value);

/// <summary>What the words of a line are.</summary>
internal enum LineForm
{
    /// <summary><c>count item item …</c>: the user is the number of the line, from 0.</summary>
    UserIsTheLine,

    /// <summary><c>user item item …</c>.</summary>
    UserIsFirst,
}
