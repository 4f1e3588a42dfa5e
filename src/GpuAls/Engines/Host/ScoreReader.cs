namespace GpuAls;

/// <summary>Takes the scores of one query; called on several threads at once.</summary>
/// <param name="place">The place of the query among those asked for.</param>
/// <param name="scores">[items], the reader's own until it returns.</param>
public delegate void ScoreReader(int place, Span<float> scores);
