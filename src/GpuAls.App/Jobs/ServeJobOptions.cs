namespace GpuAls.App;

/// <summary>What <c>gpuals serve</c> serves, where, and its limits.</summary>
internal sealed record ServeJobOptions
{
    /// <summary>Directory of the model, or the file <c>latest</c> that names it.</summary>
    public string Model { get; init; } = "";

    /// <summary>The address it listens on.</summary>
    public string Listen { get; init; } = "127.0.0.1";

    /// <summary>The port; 0 takes one that is free.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The longest list of an answer.</summary>
    public int MaxK { get; init; } = 100;
}
