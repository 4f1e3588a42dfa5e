namespace GpuAls.App;

/// <summary>The declarations of <c>gpuals update</c>.</summary>
internal static class UpdateParameters
{
    /// <summary>Options of reading plays that the training has decided.</summary>
    private static readonly string[] OfTheTraining =
    [
        "weight-column", "time-column", "event-column", "event-weights", "since", "until",
    ];

    /// <summary>Of <c>gpuals update</c>.</summary>
    public static ParameterTable<UpdateJobOptions> Update => field ??= new(new UpdateJobOptions(),
    [
        SharedParameters.Model<UpdateJobOptions>(o => o.Model, (o, path) => o with { Model = path }),
        Parameter<UpdateJobOptions>.List(
            "plays", o => o.Plays, (o, plays) => o with { Plays = SharedParameters.Checked(plays) }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            IsRequired = true,
            ValueName = "FILE",
            Summary = "The new plays; may be repeated",
            Details = "The columns are those that the model was trained with, unless --user-column and --item-column "
                + "name others.",
        },
        Parameter<UpdateJobOptions>.Word("side", o => o.Side, (o, side) => o with { Side = side }) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            Summary = "Whose factors to compute: those of the users, or the items, in --plays",
            Details = "The factors of the other side stay as they are, and plays of ids of that side that the model "
                + "does not have are left out and counted.",
        },
        Parameter<UpdateJobOptions>.Word(
            "combine", o => o.Combination, (o, combination) => o with { Combination = combination }) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            Summary = "Whether --plays come in addition to the model's plays of the same users or items",
            Details = "add: weights of the same pair are added up; a new rating replaces the old one. replace: the "
                + "model's plays of these users, or items, are dropped.",
        },
        .. InputParameters.Table.Where(parameter => !OfTheTraining.Contains(parameter.Name))
            .Select(parameter => parameter.Within<UpdateJobOptions>(
                o => o.Schema, (o, schema) => o with { Schema = schema }) with { IsCommon = false }),
        SharedParameters.Output<UpdateJobOptions>(
            o => o.Output.Length == 0 ? null : o.Output, (o, path) => o with { Output = path }, "DIR",
            "Directory for the updated model") with
        {
            IsRequired = true,
            Details = "Local or s3://. It may be that of the model, with --overwrite.",
        },
        SharedParameters.Overwrite<UpdateJobOptions>(o => o.Overwrite, (o, value) => o with { Overwrite = value }),
    ]);
}
