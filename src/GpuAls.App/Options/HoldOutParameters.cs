namespace GpuAls.App;

/// <summary>
/// The declarations of <see cref="HoldOutJobOptions"/>, for each job that measures on held-out plays.
/// </summary>
internal static class HoldOutParameters
{
    /// <summary>Intervals need many draws, or none.</summary>
    private static readonly ParameterRange Resamples =
        new(value => value is 0 or (>= 100 and <= 100_000), "100 to 100000, or 0 for no intervals")
        {
            Minimum = 0,
            Maximum = 100_000,
        };

    /// <summary>Which plays are held out, or given instead.</summary>
    public static IEnumerable<Parameter<T>> Of<T>()
        where T : HoldOutJobOptions =>
    [
        .. SplitParameters.Table.Within<T>(o => o.Split, (o, split) => o with { Split = split }).Select(WithoutTest),
        Parameter<T>.List(
            "test", o => o.Test, (o, files) => o with { Test = SharedParameters.Checked(files) }) with
        {
            Group = ParameterGroup.Evaluation,
            IsCommon = true,
            ValueName = "FILE",
            Summary = "Plays to test on instead of held-out ones",
            Details = "Files, folders or globs, read with the same options as PLAYS; for a database, a URL with a "
                + "table: postgres://host/db?table=NAME.",
        },
        Parameter<T>.List(
            "exclude", o => o.Exclude, (o, files) => o with { Exclude = SharedParameters.Checked(files) }) with
        {
            Group = ParameterGroup.Evaluation,
            ValueName = "FILE",
            Summary = "More plays to keep out of lists, such as a validation set",
            Details = "Requires --test.",
            Requires =
            [
                new(
                    o => o.Exclude.Count == 0 || o.Test.Count > 0,
                    "--exclude requires --test."),
            ],
        },
        Parameter<T>.Whole<int>(
            "bootstrap", o => o.Resamples, (o, value) => o with { Resamples = value }, Resamples) with
        {
            Group = ParameterGroup.Evaluation,
            Summary = "Number of bootstrap resamples for 95 % intervals",
        },
    ];

    private static Parameter<T> WithoutTest<T>(Parameter<T> parameter)
        where T : HoldOutJobOptions => parameter.Name switch
        {
            "split-seed" => parameter,
            "split" => parameter with
            {
                AppliesWhen = [NoTest<T>()],
                Requires =
                [
                    Times<T>(SplitKind.Time), Times<T>(SplitKind.LeaveLast),
                    new(
                        o => o.Split.Kind != SplitKind.NewItems || o.Test.Count > 0 || o.Features.Items is not null,
                        "--split new-items requires --item-features: nothing else is known of items without plays."),
                ],
            },
            _ => parameter with { AppliesWhen = [NoTest<T>(), .. parameter.AppliesWhen] },
        };

    private static ParameterCondition<T> NoTest<T>()
        where T : HoldOutJobOptions => new(o => o.Test.Count == 0, "cannot be used with --test.");

    private static ParameterCondition<T> Times<T>(SplitKind kind)
        where T : HoldOutJobOptions => new(
            o => o.Split.Kind != kind || o.Test.Count > 0 || o.Schema.TimeColumn is not null,
            $"--split {Words.Of(kind)} requires --time-column, the column with the time of each play.");
}
