namespace GpuAls.Evaluation;

/// <summary>Tells how much of some work is done, each hundredth once and in order, whatever threads do it.</summary>
/// <param name="total">All of the work.</param>
/// <param name="progress">Told the share that is done, 0 .. 1; null for nobody.</param>
internal sealed class WorkProgress(long total, IProgress<double>? progress)
{
    private const int Steps = 100;

    private readonly Lock _lock = new();
    private readonly long _total = Math.Max(total, 1);
    private long _done;
    private int _told;

    /// <summary>Some more is done.</summary>
    public void Add(long work)
    {
        if (progress is null || Step(Interlocked.Add(ref _done, work)) <= Volatile.Read(ref _told)) return;
        lock (_lock)
        {
            var step = Step(Interlocked.Read(ref _done));
            if (step <= _told) return;
            _told = step;
            progress.Report((double)step / Steps);
        }
    }

    private int Step(long done) => (int)(done * Steps / _total);
}
