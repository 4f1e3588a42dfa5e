namespace GpuAls;

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
        if (progress is null) return;
        lock (_lock)
        {
            _done += work;
            var step = (int)(_done * Steps / _total);
            if (step <= _told) return;
            _told = step;
            progress.Report((double)step / Steps);
        }
    }
}
