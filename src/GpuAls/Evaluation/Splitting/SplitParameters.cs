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
                + "some plays of each user. leave-last: the newest plays of each user. time: the newest rows. "
                + "new-items: all plays of a fraction of the items, which alone are listed; requires --item-features.",
        },
        Real(
            "test-fraction", o => o.TestFraction, (o, value) => o with { TestFraction = value },
            ParameterRange.Fraction("0.2")) with
        {
            Group = ParameterGroup.Evaluation,
            IsCommon = true,
            Summary = "Fraction of the plays to hold out, or of the items",
            AppliesWhen =
            [
                new(o => o.Kind != SplitKind.LeaveOut, "cannot be used with --split leave-out; use --leave-out."),
                new(o => o.Kind != SplitKind.LeaveLast, "cannot be used with --split leave-last; use --leave-out."),
                new(o => o.Folds is null, "cannot be used with --folds."),
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
                    "requires --split leave-out or --split leave-last."),
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
                    "--folds requires --split random, because folds are drawn at random."),
            ],
        },
        Whole<long>("split-seed", o => o.Seed, (o, value) => o with { Seed = value }) with
        {
            Group = ParameterGroup.Evaluation,
            Summary = "Seed of the split and of the bootstrap",
        },
    ]);
}
