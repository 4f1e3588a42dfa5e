namespace GpuAls;

/// <summary>Remembers what trials came to.</summary>
public interface ITrialLog
{
    /// <summary>What a trial came to at a rung; null where it was not there yet.</summary>
    /// <param name="trial">Which trial, from 1.</param>
    /// <param name="rung">Which rung, from 1.</param>
    TrialResult? Find(int trial, int rung);

    /// <summary>Takes note of what a trial came to.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written.</exception>
    void Add(TrialResult result);
}
