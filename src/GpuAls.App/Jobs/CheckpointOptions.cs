namespace GpuAls.App;

/// <summary>Where a training is kept while it runs, so that another run can go on with it.</summary>
internal sealed record CheckpointOptions
{
    /// <summary>The defaults of every option.</summary>
    public static CheckpointOptions Default { get; } = new();

    /// <summary>The folder of the checkpoints, which holds nothing else; null keeps none.</summary>
    public string? Location { get; init; }

    /// <summary>How often one is written.</summary>
    public CheckpointInterval Every { get; init; } = CheckpointInterval.Default;

    /// <summary>Whether the training goes on from the newest checkpoint, if there is one.</summary>
    public bool Resume { get; init; }

    /// <summary>Whether the run stops when EC2 gives notice that it takes its spot instance back.</summary>
    public bool SpotNotice { get; init; }
}
