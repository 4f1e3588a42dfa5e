using System.Globalization;
using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>The events of a job as lines of the log; of what comes in small parts there is a line where nothing else was said for a while.</summary>
/// <param name="log">Takes the lines.</param>
/// <param name="time">What a while is measured by.</param>
internal sealed class JobReporter(RunLog log, TimeProvider time) : IProgress<JobEvent>
{
    /// <summary>How long nothing is said, before a part of something is.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private long _lastLine = time.GetTimestamp();
    private long _jittered;
    private int _firstJittered;

    public void Report(JobEvent value)
    {
        if (Part(value) is { } part)
        {
            if (time.GetElapsedTime(_lastLine) < Silence) return;
            log.Info("progress", Text($"{part.Phase}: {100 * part.Fraction:F0} %"), ("phase", part.Phase), ("fraction", part.Fraction));
        }

        _lastLine = time.GetTimestamp();
        switch (value)
        {
            case EngineChosen chosen: Report(chosen); break;
            case DataLoaded loaded: Report(loaded); break;
            case PlaysStreaming streaming: Report(streaming.Streamed); break;
            case IterationDone done: Report(done); break;
            case BestKept kept: Report(kept); break;
            case SplitMade made: Report(made); break;
            case MethodMeasured measured: log.Info("measured", Text($"measured: {measured.Name} ({measured.Seconds:F2} s)"), ("method", measured.Name), ("seconds", measured.Seconds)); break;
            case TrialsFound found: Report(found); break;
            case TrialDone trial: Report(trial); break;
            case TuneStopped stopped: Report(stopped); break;
            case ZeroFactors zero: log.Warn("zero_factors", Text($"users with factors that are all 0, as ratings of 0 alone give them, who get no list: {zero.Users:N0}."), ("users", zero.Users)); break;
            case LeftoverKept kept: log.Warn("leftover", $"the model that was replaced could not be deleted and is left in '{kept.Path}'.", ("path", kept.Path)); break;
            case JobDone done: Report(done); break;
            default: break; // It was a part of something.
        }
    }

    private static PhaseProgress? Part(JobEvent value) => value switch
    {
        RowsRead read => new PhaseProgress($"reading, {Counted.Of(read.Progress.Rows, "row")}", read.Progress.Fraction),
        ListsMade made => new PhaseProgress("scoring", (double)made.Lists / made.Total),
        TrialProgress { Step: var step } trial => new PhaseProgress(Text($"trial {trial.Done + 1}/{trial.Total}, iteration {step.Iteration} of {step.Iterations}"), (double)step.Iteration / step.Iterations),
        PhaseProgress part => part,
        _ => null,
    };

    /// <summary>Says what is known only when a job has ended, however it did.</summary>
    public void End()
    {
        if (_jittered > 0)
            log.Warn(
                "jitter", $"{Counted.Of(_jittered, "row solve")} needed jitter, the first in iteration {_firstJittered}; raise --regularization for a well-posed problem.",
                ("rows", _jittered), ("first_iteration", _firstJittered));
    }

    private void Report(EngineChosen chosen) => log.Info(
        "engine", $"device: {chosen.Engine} - {chosen.Reason}",
        ("device", chosen.Engine.ToString()), ("reason", chosen.Reason));

    private void Report(DataLoaded loaded)
    {
        var data = loaded.Data;
        log.Info(
            "data", Text($"read {Counted.Of(data.Read.Rows, "row")}: {Counted.Of(data.Users, "user")}, {Counted.Of(data.Items, "item")}, {Counted.Of(data.Plays, "play")} ({loaded.Seconds:F2} s)"),
            ("rows", data.Read.Rows), ("users", data.Users), ("items", data.Items), ("plays", data.Plays), ("seconds", loaded.Seconds));
        WarnAbout(data);
    }

    private void WarnAbout(DataStatistics data)
    {
        if (data.Read.ZeroWeightRows > 0)
            log.Warn("zero_weights", Text($"{data.Read.ZeroWeightRows:N0} rows with weight 0 were left out."), ("rows", data.Read.ZeroWeightRows));
        if (data.CancelledPairs > 0)
            log.Warn("cancelled_pairs", Text($"{data.CancelledPairs:N0} pairs of a user and an item were left out, since their weights sum to 0."), ("pairs", data.CancelledPairs));
        if (data.Read.BadRows > 0)
            log.Warn("bad_rows", Text($"{data.Read.BadRows:N0} bad rows were skipped."), ("rows", data.Read.BadRows));
        if (data.UsersWithoutPlays > 0)
            log.Warn("users_without_plays", Text($"{data.UsersWithoutPlays:N0} users have no play above 0, only dislikes or weights that sum to 0, so they get no list."), ("users", data.UsersWithoutPlays));
    }

    private void Report(PlaysStreamed streamed) => log.Info(
        "streamed",
        $"the plays of {Counted.Of(streamed.Rows, "row")}, {ByteSize.Text(streamed.PlaysBytes)}, stream through the {ByteSize.Text(streamed.LeftBytes)} "
            + $"that are left of the device's memory, in {Counted.Of(streamed.Blocks, "block")}",
        ("rows", streamed.Rows), ("blocks", streamed.Blocks), ("plays_bytes", streamed.PlaysBytes), ("left_bytes", streamed.LeftBytes));

    private void Report(IterationDone done)
    {
        var report = done.Report;
        var loss = report.Loss is { } value ? Text($", loss {value:G9}") : "";
        var metric = report.Metric is { } measured ? Text($", {done.Metric} {measured:F4}") : "";
        var fp64 = report.Fp64Rows > 0 ? $", {Counted.Of(report.Fp64Rows, "row")} in fp64" : "";
        log.Info(
            "iteration", Text($"iteration {report.Iteration}/{done.Total}: {report.Seconds:F3} s{loss}{metric}{fp64}"),
            ("iteration", report.Iteration), ("of", done.Total), ("seconds", report.Seconds), ("loss", report.Loss), ("metric", done.Metric), ("value", report.Metric),
            ("fp64_rows", report.Fp64Rows));
        if (report.JitteredRows > 0 && _jittered == 0) _firstJittered = report.Iteration;
        _jittered += report.JitteredRows;
    }

    private void Report(BestKept kept) => log.Info(
        "best", Text($"kept: iteration {kept.Iteration} of {kept.Trained} trained, {kept.Metric} {kept.Value:F4}"),
        ("iteration", kept.Iteration), ("trained", kept.Trained), ("metric", kept.Metric), ("value", kept.Value));

    private void Report(SplitMade made)
    {
        var (counts, heldOut) = (made.Counts, made.Counts.HeldOut);
        var fold = made.Folds > 1 ? $"fold {made.Fold}/{made.Folds}: " : "";
        log.Info(
            "split",
            $"{fold}{Counted.Of(counts.TrainPairs, "pair")} to train on, {heldOut.Pairs:N0} held out; {Counted.Of(counts.Users, "user")} measured, {counts.UsersWithoutHeldOut:N0} left out, having none held out that counts",
            ("train_pairs", counts.TrainPairs), ("held_out_pairs", heldOut.Pairs), ("users", counts.Users), ("users_without_held_out", counts.UsersWithoutHeldOut));
        if (heldOut.UnseenPairs > 0)
            log.Warn(
                "unseen",
                $"{Counted.Of(heldOut.UnseenPairs, "held-out pair")} {(made.ColdStart == ColdStart.Drop ? "left out" : "cannot be predicted")}: {Counted.Of(heldOut.UnseenUsers, "user")} and {Counted.Of(heldOut.UnseenItems, "item")} have no play above 0 (or no rating) to train on (--cold-start).",
                ("pairs", heldOut.UnseenPairs), ("users", heldOut.UnseenUsers), ("items", heldOut.UnseenItems));
        if (heldOut.RepeatedPairs > 0)
            log.Warn("repeated", $"{Counted.Of(heldOut.RepeatedPairs, "pair")} to test with left out, since trained on too, or excluded.", ("pairs", heldOut.RepeatedPairs));
    }

    private void Report(TrialsFound found) => log.Info(
        "resumed", Text($"{found.Done:N0} of {Counted.Of(found.Total, "trial")} are done already, in '{found.Path}'"),
        ("done", found.Done), ("of", found.Total), ("path", found.Path));

    private void Report(TrialDone trial)
    {
        var (result, value) = (trial.Result, trial.Result.Measured(trial.Metric)?.Value);
        var outcome = result.Failure is { } failure
            ? $"failed: {failure.Message}"
            : Text($"{trial.Metric} {value:F4} after iteration {result.BestIteration} of {result.Iterations.Count} ({result.Seconds:F2} s)");
        var text = Text($"trial {trial.Done}/{trial.Total}: {trial.Words}: {outcome}");
        (string, object?)[] fields =
        [
            ("trial", result.Trial), ("rung", result.Rung), ("done", trial.Done), ("of", trial.Total), ("options", trial.Words), ("metric", trial.Metric), ("value", value),
            ("best_iteration", result.BestIteration), ("iterations", result.Iterations.Count), ("seconds", result.Seconds), ("failure", result.Failure?.Message),
        ];
        if (result.Failure is null) log.Info("trial", text, fields);
        else log.Warn("trial", text, fields);
    }

    private void Report(TuneStopped stopped) => log.Warn(
        "trials_kept", Text($"{stopped.Done:N0} of {Counted.Of(stopped.Total, "trial")} are kept in '{stopped.Path}'; the same command goes on with the others."),
        ("done", stopped.Done), ("of", stopped.Total), ("path", stopped.Path));

    private void Report(JobDone done) => log.Info(
        "done", Text($"model: {done.Output}, lists: {done.Recommendations} ({done.Seconds:F2} s)"),
        ("model", done.Output), ("lists", done.Recommendations), ("seconds", done.Seconds));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
