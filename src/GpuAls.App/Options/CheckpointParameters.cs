using static GpuAls.Parameter<GpuAls.App.CheckpointOptions>;

namespace GpuAls.App;

/// <summary>The declarations of <see cref="CheckpointOptions"/>.</summary>
internal static class CheckpointParameters
{
    private static readonly ParameterCondition<CheckpointOptions> HasFolder =
        new(options => options.Location is not null, "requires --checkpoint DIR.");

    /// <summary>Every option of checkpoints.</summary>
    public static ParameterTable<CheckpointOptions> Table { get; } = new(CheckpointOptions.Default,
    [
        Text(
            "checkpoint",
            o => o.Location,
            (o, path) => o with { Location = LocationTemplate.Fixed(path, "--checkpoint") }) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            ValueName = "DIR",
            Summary = "Save the training's progress here, for --resume",
            Details = "A directory of its own. The checkpoints are deleted when the run succeeds.",
        },
        Form(
            "checkpoint-every",
            o => o.Every.ToString(),
            (o, text) => o with { Every = CheckpointInterval.Parse(text, "--checkpoint-every") }) with
        {
            Group = ParameterGroup.Training,
            ValueName = "N|TIME",
            Summary = "Save every N iterations, or every 30s, 10min or 2h",
            Details = "Progress is also saved when the run is stopped by SIGINT or SIGTERM.",
            AppliesWhen = [HasFolder],
        },
        Flag("resume", o => o.Resume, (o, value) => o with { Resume = value }) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            Summary = "Continue from the newest checkpoint, if there is one",
            Details = "The plays and the options must be the same; --iterations may be higher.",
            AppliesWhen = [HasFolder],
        },
        Flag("spot-notice", o => o.SpotNotice, (o, value) => o with { SpotNotice = value }) with
        {
            Group = ParameterGroup.Training,
            Summary = "Save and stop when EC2 is about to interrupt this spot instance",
            Details = "The instance metadata service is asked every 5 seconds. The exit code is then 143.",
            AppliesWhen = [HasFolder],
        },
    ]);
}
