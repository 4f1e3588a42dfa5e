namespace GpuAls.App;

/// <summary>Tells of each trial as it is noted.</summary>
/// <param name="log">Takes the notes.</param>
/// <param name="report">Told after each.</param>
internal sealed class ReportedTrials(ITrialLog log, Action<TrialResult> report) : ITrialLog
{
    public TrialResult? Find(int trial, int rung) => log.Find(trial, rung);

    public void Add(TrialResult result)
    {
        log.Add(result);
        report(result);
    }
}
