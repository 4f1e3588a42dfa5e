namespace GpuAls.App;

/// <summary>An event of a running job.</summary>
internal abstract record JobEvent;

/// <summary>The engine is ready.</summary>
/// <param name="Engine">What the job runs on.</param>
/// <param name="Choice">Why it was chosen.</param>
internal sealed record EngineChosen(EngineDescription Engine, DeviceChoice Choice) : JobEvent;

/// <summary>Some rows were read.</summary>
/// <param name="Progress">How far it is.</param>
internal sealed record RowsRead(ReadProgress Progress) : JobEvent;

/// <summary>The plays are in memory.</summary>
/// <param name="Data">Their numbers.</param>
/// <param name="Seconds">Wall time of reading, indexing and building both matrices.</param>
internal sealed record DataLoaded(DataStatistics Data, double Seconds) : JobEvent;

/// <summary>Plays do not fit the device's memory.</summary>
/// <param name="Streamed">How they go through it.</param>
internal sealed record PlaysStreaming(PlaysStreamed Streamed) : JobEvent;

/// <summary>An iteration is done.</summary>
/// <param name="Report">How it went.</param>
/// <param name="Total">Iterations in all.</param>
/// <param name="Metric">What is measured after each, such as <c>ndcg@10</c>; null for nothing.</param>
internal sealed record IterationDone(IterationReport Report, int Total, string? Metric = null) : JobEvent;

/// <summary>A training has ended, and the best of its iterations is kept.</summary>
/// <param name="Iteration">The best one.</param>
/// <param name="Trained">Iterations trained.</param>
/// <param name="Metric">What was measured, such as <c>ndcg@10</c>.</param>
/// <param name="Value">What it came to.</param>
internal sealed record BestKept(int Iteration, int Trained, string Metric, double Value) : JobEvent;

/// <summary>
/// Some users have plays above 0, or ratings, and yet factors that are all 0, so that no list can be made for them.
/// </summary>
/// <param name="Users">How many.</param>
internal sealed record ZeroFactors(int Users) : JobEvent;

/// <summary>Some lists were made.</summary>
/// <param name="Lists">So far.</param>
/// <param name="Total">In all.</param>
internal sealed record ListsMade(int Lists, int Total) : JobEvent;

/// <summary>Plays were held out.</summary>
/// <param name="Counts">Their numbers.</param>
/// <param name="Fold">Which fold, from 1.</param>
/// <param name="Folds">Folds in all; 1 for a single split.</param>
/// <param name="ColdStart">What becomes of those that cannot be predicted.</param>
internal sealed record SplitMade(SplitCounts Counts, int Fold, int Folds, ColdStart ColdStart) : JobEvent;

/// <summary>A part of a long phase is done.</summary>
/// <param name="Phase">Such as "measuring most popular".</param>
/// <param name="Fraction">How much of it, 0 .. 1.</param>
internal sealed record PhaseProgress(string Phase, double Fraction) : JobEvent;

/// <summary>A way to recommend was trained and measured.</summary>
/// <param name="Name">Such as "most popular".</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record MethodMeasured(string Name, double Seconds) : JobEvent;

/// <summary>Trials of an earlier run were found.</summary>
/// <param name="Done">How many, each rung counted.</param>
/// <param name="Total">Trials in all, each rung counted.</param>
/// <param name="Path">Where they are.</param>
internal sealed record TrialsFound(int Done, int Total, string Path) : JobEvent;

/// <summary>An iteration of a trial is done.</summary>
/// <param name="Step">Which.</param>
/// <param name="Done">Trials that are done, each rung counted.</param>
/// <param name="Total">Trials in all, each rung counted.</param>
internal sealed record TrialProgress(TrialStep Step, int Done, int Total) : JobEvent;

/// <summary>A trial is done, or a rung of it.</summary>
/// <param name="Result">What it has come to.</param>
/// <param name="Words">What was tried, in the words of the command line.</param>
/// <param name="Metric">What trials are compared by.</param>
/// <param name="Done">Trials that are done, each rung counted.</param>
/// <param name="Total">Trials in all, each rung counted.</param>
internal sealed record TrialDone(TrialResult Result, string Words, Metric Metric, int Done, int Total) : JobEvent;

/// <summary>A search was stopped; what it has done is kept.</summary>
/// <param name="Done">Trials that are done, each rung counted.</param>
/// <param name="Total">Trials in all, each rung counted.</param>
/// <param name="Path">Where they are.</param>
internal sealed record TuneStopped(int Done, int Total, string Path) : JobEvent;

/// <summary>A training goes on where an earlier run stopped.</summary>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Total">Iterations in all.</param>
/// <param name="Path">Where the checkpoint is.</param>
/// <param name="Before">The gpuals and the device that made it, where this one is another; else null.</param>
internal sealed record TrainingResumed(int Iteration, int Total, string Path, string? Before) : JobEvent;

/// <summary>There is no checkpoint to go on from, so the training begins.</summary>
/// <param name="Path">Where it was looked for.</param>
internal sealed record NothingToResume(string Path) : JobEvent;

/// <summary>A checkpoint is damaged; the one before is used.</summary>
/// <param name="File">The checkpoint.</param>
/// <param name="Damage">What is wrong with it, to follow "it" in a sentence.</param>
internal sealed record CheckpointDamaged(string File, string Damage) : JobEvent;

/// <summary>A checkpoint was written, or could not be.</summary>
/// <param name="Told">Which.</param>
internal sealed record CheckpointTold(CheckpointEvent Told) : JobEvent;

/// <summary>A training was stopped; what it has done is kept.</summary>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Total">Iterations in all.</param>
/// <param name="Path">Where the checkpoint is.</param>
internal sealed record CheckpointKept(int Iteration, int Total, string Path) : JobEvent;

/// <summary>EC2 takes the spot instance back, so the job stops.</summary>
/// <param name="Notice">What is going to happen.</param>
internal sealed record SpotNoticed(SpotNotice Notice) : JobEvent;

/// <summary>The instance metadata service could not be asked; it is asked again, but this is not told again.</summary>
/// <param name="Endpoint">Its address.</param>
/// <param name="Reason">Why not.</param>
internal sealed record SpotUnknown(string Endpoint, string Reason) : JobEvent;

/// <summary>The model that was replaced could not be deleted.</summary>
/// <param name="Path">Where it lies now.</param>
internal sealed record LeftoverKept(string Path) : JobEvent;

/// <summary>The file <c>latest</c> names another version.</summary>
/// <param name="Path">The file.</param>
/// <param name="Version">The version it names now.</param>
/// <param name="Before">The version it named before; null for none.</param>
internal sealed record LatestSwitched(string Path, string Version, string? Before) : JobEvent;

/// <summary>All is written.</summary>
/// <param name="Output">Directory of the model.</param>
/// <param name="Recommendations">File of the lists.</param>
/// <param name="Seconds">Wall time of the job.</param>
internal sealed record JobDone(string Output, string Recommendations, double Seconds) : JobEvent;

/// <summary>
/// Progress on the thread that reports it, unlike <see cref="Progress{T}"/>, so that events keep their order.
/// </summary>
internal sealed class Relay<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
