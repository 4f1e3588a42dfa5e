namespace GpuAls.App;

/// <summary>How large a made-up data set is.</summary>
internal sealed record SampleOptions
{
    /// <summary>The defaults of every option.</summary>
    public static SampleOptions Default { get; } = new();

    /// <summary>Number of listeners, at least 2.</summary>
    public int Users { get; init; } = 2_000;

    /// <summary>Number of artists, at least 2.</summary>
    public int Items { get; init; } = 800;

    /// <summary>
    /// Number of rows, each a different pair of listener and artist; at least one a listener, at most half of all
    /// pairs.
    /// </summary>
    public long Plays { get; init; } = 80_000;

    /// <summary>The same seed and sizes give the same rows.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The most artists one listener plays.</summary>
    internal int LongestHistory => Items / 2;

    /// <summary>Checks the sizes.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: they do not fit each other.</exception>
    public void Validate()
    {
        Require.Usage(Users >= 2, $"--users is {Users}; expected 2 or more.");
        Require.Usage(Items >= 2, $"--items is {Items}; expected 2 or more.");
        Require.Usage(Plays >= Users, $"--plays is {Plays}; expected {Users} or more, at least one for each user.");
        var most = (long)Users * LongestHistory;
        Require.Usage(
            Plays <= most,
            $"--plays is {Plays}; expected {most} or fewer, at most half of the items for each user.");
    }
}
