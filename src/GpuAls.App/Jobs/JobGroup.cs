namespace GpuAls.App;

/// <summary>The processes that do a job together, and how long they wait for each other.</summary>
/// <param name="processes">The processes; null for this one alone.</param>
/// <param name="progress">Told of the waits.</param>
internal sealed class JobGroup(IProcessGroup? processes, IProgress<JobEvent>? progress)
{
    private readonly MeteredProcessGroup? _metered =
        processes is { Size: > 1 } ? new MeteredProcessGroup(processes) : null;

    /// <summary>The processes, whose waits are counted.</summary>
    public IProcessGroup Group => _metered ?? (IProcessGroup)SingleProcess.Instance;

    /// <summary>Tells how long each process has waited, which all of them do together; one alone does not.</summary>
    /// <param name="seconds">How long this one has waited; null for its time in calls.</param>
    public void TellWaits(double? seconds = null)
    {
        if (_metered is null) return;
        var traffic = _metered.Traffic;
        var waited = ProcessesWaited.Of(_metered, traffic with { Seconds = seconds ?? traffic.Seconds });
        progress?.Report(waited);
    }
}
