namespace GpuAls.Bench.Quality;

/// <summary>A data set with a fixed split for which others have published metrics.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Form">Format of its lines.</param>
/// <param name="Train">File with the training plays.</param>
/// <param name="Test">File with the test plays.</param>
/// <param name="Excluded">File with further plays to exclude from lists; null for none.</param>
/// <param name="Options">Training options.</param>
/// <param name="Figures">Published metrics.</param>
internal sealed record PublishedSet(
    string Name, LineForm Form, string Train, string Test, string? Excluded, AlsOptions Options,
    IReadOnlyList<PublishedFigure> Figures)
{
    /// <summary>
    /// CiteULike-a with 10 training articles per user; iALS with the parameters of Ferrari Dacrema et al. (TOIS 2021,
    /// additional material, table 16).
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
            Acceleration = Acceleration.None,
        },
        [
            new("recall", 50, .0779), new("recall", 100, .1388), new("recall", 150, .1834), new("recall", 200, .2186),
            new("recall", 250, .2472), new("recall", 300, .2706),
        ]);

    /// <summary>
    /// HetRec 2011 Last.fm as split by LightGCN++ (Lee et al., RecSys 2024, supplement, table 7). The parameters are
    /// those that <c>gpuals tune train.csv --test valid.csv --cold-start nan --preset ials --metric ndcg@20 --rank
    /// 64,128 --alpha 1 --unobserved-weight 0.05,0.1,0.2 --regularization 0.001,0.003,0.01 --iterations 30</c> chose on
    /// its validation split.
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
            Acceleration = Acceleration.None,
        },
        [new("ndcg", 20, .2624)]);

    public static IReadOnlyList<PublishedSet> All { get; } = [CiteULike, LastFm];
}

/// <summary>A published metric.</summary>
/// <param name="Metric">Name of the metric.</param>
/// <param name="K">List length.</param>
/// <param name="Value">The published value.</param>
internal sealed record PublishedFigure(string Metric, int K, double Value);

/// <summary>Format of a line.</summary>
internal enum LineForm
{
    /// <summary><c>count item item …</c>; the user is the line number, counted from 0.</summary>
    UserIsTheLine,

    /// <summary><c>user item item …</c>.</summary>
    UserIsFirst,
}

/// <summary>Converts files with one line of items per user into plays that gpuals reads.</summary>
internal static class ItemLists
{
    /// <summary>Writes a CSV file with the columns user and item.</summary>
    /// <param name="source">The file to convert.</param>
    /// <param name="form">Format of its lines.</param>
    /// <param name="target">The CSV file; replaced if it exists.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the file does not exist, or a line does not have that format.
    /// </exception>
    public static void Convert(string source, LineForm form, string target)
    {
        if (!File.Exists(source))
            throw new GpuAlsException(
                FailureKind.BadInput, $"'{source}' does not exist; expected a file of the data set.");
        using var plays = new StreamWriter(target);
        plays.WriteLine("user,item");
        var line = 0;
        foreach (var text in File.ReadLines(source))
            WriteLine(
                plays, text.Split(' ', StringSplitOptions.RemoveEmptyEntries), form, $"{source}, line {line + 1}",
                line++);
    }

    private static void WriteLine(StreamWriter plays, string[] words, LineForm form, string location, int line)
    {
        if (words.Length == 0) return;
        if (!words.All(word => int.TryParse(word, out _))
            || (form == LineForm.UserIsTheLine && int.Parse(words[0]) != words.Length - 1))
        {
            var expected = form == LineForm.UserIsFirst ? "a user and items" : "a count and that many items";
            throw new GpuAlsException(FailureKind.BadInput, $"{location}: expected {expected}, as numbers.");
        }

        var user = form == LineForm.UserIsFirst ? words[0] : $"{line}";
        foreach (var item in words[1..]) plays.WriteLine($"{user},{item}");
    }
}
