using static GpuAls.Parameter<GpuAls.SplitOptions>;

namespace GpuAls;

/// <summary>The declarations of <see cref="SplitOptions"/>.</summary>
internal static class SplitParameters
{
    /// <summary>Every option of holding out plays.</summary>
    public static ParameterTable<SplitOptions> Table { get; } = new(SplitOptions.Default,
    [
        Word("split", o => o.Kind, (o, value) => o with { Kind = value }) with
        {
            Group = ParameterGroup.Evaluation,
            IsCommon = true,
            Summary = "How to hold out plays",
            Details = "random: each play with the same probability. user: a fraction of each user's plays. leave-out: "
                + "some plays of each user. leave-last: the newest plays of each user. time: the newest rows.",
        },
        Real(
            "test-fraction", o => o.TestFraction, (o, value) => o with { TestFraction = value },
            ParameterRange.Fraction("0.2")) with
        {
            Group = ParameterGroup.Evaluation,
            IsCommon = true,
            Summary = "Fraction of the plays to hold out",
            AppliesWhen =
            [
                new(o => o.Kind != SplitKind.LeaveOut, "with --split leave-out. Leave it out."),
                new(o => o.Kind != SplitKind.LeaveLast, "with --split leave-last. Leave it out."),
                new(o => o.Folds is null, "with --folds. Leave it out."),
            ],
        },
        Whole<int>(
            "leave-out", o => o.LeaveOut, (o, value) => o with { LeaveOut = value }, ParameterRange.AtLeast(1)) with
        {
            Group = ParameterGroup.Evaluation,
            Summary = "Plays of each user to hold out with --split leave-out or leave-last",
            Details = "Users with no more plays than that are only trained on.",
            AppliesWhen =
            [
                new(
                    o => o.Kind is SplitKind.LeaveOut or SplitKind.LeaveLast,
                    "without --split leave-out or leave-last. Leave it out."),
            ],
        },
        Whole<int>("folds", o => o.Folds, (o, value) => o with { Folds = value }, ParameterRange.Between(2, 100)) with
        {
            Group = ParameterGroup.Evaluation,
            IsCommon = true,
            Summary = "Number of cross-validation folds",
            Details = "Each fold is held out once. Replaces --test-fraction.",
            Requires =
            [
                new(
                    o => o.Folds is null || o.Kind == SplitKind.Random,
                    "--folds divides plays at random, so it requires --split random. Leave out one of the two."),
            ],
        },
        Whole<long>("split-seed", o => o.Seed, (o, value) => o with { Seed = value }) with
        {
            Group = ParameterGroup.Evaluation,
            Summary = "Seed of the split and of the bootstrap",
        },
    ]);
}
