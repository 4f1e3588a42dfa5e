using System.Globalization;
using GpuAls.App;

namespace GpuAls.Cli;

/// <summary>
/// The events of a job as lines of the log. Progress gets a line only after a while without any other.
/// </summary>
/// <param name="log">Takes the lines.</param>
/// <param name="time">Measures that while.</param>
internal sealed class JobReporter(RunLog log, TimeProvider time) : IProgress<JobEvent>
{
    /// <summary>How long the log is silent before progress is reported.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private long _lastLine = time.GetTimestamp();
    private long _jittered;
    private int _firstJittered;

    public void Report(JobEvent value)
    {
        if (Part(value) is { } part)
        {
            if (time.GetElapsedTime(_lastLine) < Silence) return;
            log.Info(
                "progress", Text($"{part.Phase}: {100 * part.Fraction:F0} %"), ("phase", part.Phase),
                ("fraction", part.Fraction));
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
            case MethodMeasured measured: Report(measured); break;
            case TrialsFound found: Report(found); break;
            case TrialDone trial: Report(trial); break;
            case TuneStopped stopped: Report(stopped); break;
            case ZeroFactors zero: Report(zero); break;
            case TrainingResumed resumed: Report(resumed); break;
            case NothingToResume nothing: Report(nothing); break;
            case CheckpointDamaged damaged: Report(damaged); break;
            case CheckpointTold { Told: var told }: Report(told); break;
            case CheckpointKept kept: Report(kept); break;
            case SpotNoticed { Notice: var notice }: Report(notice); break;
            case SpotUnknown unknown: Report(unknown); break;
            case LeftoverKept kept: Report(kept); break;
            case LatestSwitched switched: Report(switched); break;
            case JobDone done: Report(done); break;
            default: break; // It was a part of something.
        }
    }

    private static PhaseProgress? Part(JobEvent value) => value switch
    {
        RowsRead read => new PhaseProgress($"reading, {Counted.Of(read.Progress.Rows, "row")}", read.Progress.Fraction),
        ListsMade made => new PhaseProgress("scoring", (double)made.Lists / made.Total),
        TrialProgress { Step: var step } trial => new PhaseProgress(
            Text($"trial {trial.Done + 1}/{trial.Total}, iteration {step.Iteration} of {step.Iterations}"),
            (double)step.Iteration / step.Iterations),
        PhaseProgress part => part,
        _ => null,
    };

    /// <summary>Reports what is known only at the end of a job, whether it failed or not.</summary>
    public void End()
    {
        if (_jittered > 0)
            log.Warn(
                "jitter",
                $"{Counted.Of(_jittered, "row solve")} needed jitter, the first in iteration {_firstJittered}; "
                    + "raise --regularization for a well-posed problem.",
                ("rows", _jittered), ("first_iteration", _firstJittered));
    }

    private void Report(EngineChosen chosen) => log.Info(
        "engine", $"device: {chosen.Engine}{(chosen.Choice.Note.Length > 0 ? "; " : "")}{chosen.Choice.Note}",
        ("device", chosen.Engine.ToString()), ("reason", chosen.Choice.Reason));

    private void Report(DataLoaded loaded)
    {
        var data = loaded.Data;
        log.Info(
            "data",
            $"read {Counted.Of(data.Read.Rows, "row")}: {Counted.Of(data.Users, "user")}, "
                + $"{Counted.Of(data.Items, "item")}, "
                + Text($"{Counted.Of(data.Plays, "play")} ({loaded.Seconds:F2} s)"),
            ("rows", data.Read.Rows), ("users", data.Users), ("items", data.Items), ("plays", data.Plays),
            ("seconds", loaded.Seconds));
        WarnAbout(data);
    }

    private void WarnAbout(DataStatistics data)
    {
        var (zeros, cancelled, bad, idle) = (
            data.Read.ZeroWeightRows, data.CancelledPairs, data.Read.BadRows, data.UsersWithoutPlays);
        if (zeros > 0)
            log.Warn(
                "zero_weights", $"{Counted.Of(zeros, "row with weight 0 was", "rows with weight 0 were")} left out.",
                ("rows", zeros));
        if (cancelled > 0)
        {
            var pairs = Counted.Of(
                cancelled, "pair of a user and an item was left out because its weights",
                "pairs of a user and an item were left out because their weights");
            log.Warn("cancelled_pairs", $"{pairs} add up to 0.", ("pairs", cancelled));
        }

        if (bad > 0) log.Warn("bad_rows", $"{Counted.Of(bad, "bad row was", "bad rows were")} skipped.", ("rows", bad));
        if (idle > 0)
            log.Warn(
                "users_without_plays",
                $"{Counted.Of(idle, "user has", "users have")} no play above 0, "
                    + "only dislikes or weights that add up to 0, and "
                    + $"{(idle == 1 ? "gets" : "get")} no list.",
                ("users", idle));
    }

    private void Report(ZeroFactors zero) => log.Warn(
        "zero_factors",
        Counted.Of(
            zero.Users, "user has factors that are all 0 and gets no list",
            "users have factors that are all 0 and get no list")
            + ", as happens when every rating is 0.",
        ("users", zero.Users));

    private void Report(LeftoverKept kept) => log.Warn(
        "leftover", $"the model that was replaced could not be deleted and is left in '{kept.Path}'.",
        ("path", kept.Path));

    private void Report(PlaysStreamed streamed) => log.Info(
        "streamed",
        $"the plays of {Counted.Of(streamed.Rows, "row")} ({ByteSize.Text(streamed.PlaysBytes)}) do not fit in the "
            + $"{ByteSize.Text(streamed.LeftBytes)} of device memory left; "
            + $"they stream through it in {Counted.Of(streamed.Blocks, "block")}",
        ("rows", streamed.Rows), ("blocks", streamed.Blocks), ("plays_bytes", streamed.PlaysBytes),
        ("left_bytes", streamed.LeftBytes));

    private void Report(IterationDone done)
    {
        var report = done.Report;
        var loss = report.Loss is { } value ? Text($", loss {value:G9}") : "";
        var metric = report.Metric is { } measured ? Text($", {done.Metric} {measured:F4}") : "";
        var fp64 = report.Fp64Rows > 0 ? $", {Counted.Of(report.Fp64Rows, "row")} in fp64" : "";
        log.Info(
            "iteration", Text($"iteration {report.Iteration}/{done.Total}: {report.Seconds:F3} s{loss}{metric}{fp64}"),
            ("iteration", report.Iteration), ("of", done.Total), ("seconds", report.Seconds), ("loss", report.Loss),
            ("metric", done.Metric), ("value", report.Metric), ("fp64_rows", report.Fp64Rows));
        if (report.JitteredRows > 0 && _jittered == 0) _firstJittered = report.Iteration;
        _jittered += report.JitteredRows;
    }

    private void Report(BestKept kept) => log.Info(
        "best", Text($"kept iteration {kept.Iteration} of {kept.Trained}: {kept.Metric} {kept.Value:F4}"),
        ("iteration", kept.Iteration), ("trained", kept.Trained), ("metric", kept.Metric), ("value", kept.Value));

    private void Report(SplitMade made)
    {
        var (counts, heldOut) = (made.Counts, made.Counts.HeldOut);
        var fold = made.Folds > 1 ? $"fold {made.Fold}/{made.Folds}: " : "";
        log.Info(
            "split",
            Text($"{fold}{Counted.Of(counts.TrainPairs, "pair")} to train on, {heldOut.Pairs:N0} held out; ")
                + Text($"{Counted.Of(counts.Users, "user")} measured, ")
                + Text($"{counts.UsersWithoutHeldOut:N0} without relevant held-out plays"),
            ("train_pairs", counts.TrainPairs), ("held_out_pairs", heldOut.Pairs), ("users", counts.Users),
            ("users_without_held_out", counts.UsersWithoutHeldOut));
        if (heldOut.UnseenPairs > 0)
            log.Warn(
                "unseen", Unseen(heldOut, made.ColdStart),
                ("pairs", heldOut.UnseenPairs), ("users", heldOut.UnseenUsers), ("items", heldOut.UnseenItems));
        if (heldOut.RepeatedPairs > 0)
            log.Warn(
                "repeated",
                Counted.Of(
                    heldOut.RepeatedPairs, "test pair was dropped because it is also a training pair or excluded.",
                    "test pairs were dropped because they are also training pairs or excluded."),
                ("pairs", heldOut.RepeatedPairs));
    }

    private static string Unseen(HeldOutCounts heldOut, ColdStart coldStart)
    {
        string[] unseen =
        [
            .. heldOut.UnseenUsers > 0 ? [Counted.Of(heldOut.UnseenUsers, "user")] : Array.Empty<string>(),
            .. heldOut.UnseenItems > 0 ? [Counted.Of(heldOut.UnseenItems, "item")] : Array.Empty<string>(),
        ];
        var pairs = coldStart == ColdStart.Drop
            ? Counted.Of(heldOut.UnseenPairs, "held-out pair was left out", "held-out pairs were left out")
            : $"{Counted.Of(heldOut.UnseenPairs, "held-out pair")} cannot be predicted";
        var have = heldOut.UnseenUsers + heldOut.UnseenItems == 1 ? "has" : "have";
        return $"{pairs}: {string.Join(" and ", unseen)} {have} no play above 0 (or no rating) to train on "
            + "(--cold-start).";
    }

    private void Report(MethodMeasured measured) => log.Info(
        "measured", Text($"measured: {measured.Name} ({measured.Seconds:F2} s)"), ("method", measured.Name),
        ("seconds", measured.Seconds));

    private void Report(TrialsFound found) => log.Info(
        "resumed", Text($"{found.Done:N0} of {Counted.Of(found.Total, "trial")} done already, in '{found.Path}'"),
        ("done", found.Done), ("of", found.Total), ("path", found.Path));

    private void Report(TrialDone trial)
    {
        var (result, value) = (trial.Result, trial.Result.Measured(trial.Metric)?.Value);
        var outcome = result.Failure is { } failure
            ? $"failed: {failure.Message}"
            : Text($"{trial.Metric} {value:F4} after iteration {result.BestIteration} of {result.Iterations.Count}")
                + Text($" ({result.Seconds:F2} s)");
        var text = Text($"trial {trial.Done}/{trial.Total}: {trial.Words}: {outcome}");
        (string, object?)[] fields =
        [
            ("trial", result.Trial), ("rung", result.Rung), ("done", trial.Done), ("of", trial.Total),
            ("options", trial.Words),
            ("metric", trial.Metric), ("value", value), ("best_iteration", result.BestIteration),
            ("iterations", result.Iterations.Count),
            ("seconds", result.Seconds), ("failure", result.Failure?.Message),
        ];
        if (result.Failure is null) log.Info("trial", text, fields);
        else log.Warn("trial", text, fields);
    }

    private void Report(TuneStopped stopped) => log.Warn(
        "trials_kept",
        Text($"{stopped.Done:N0} of {Counted.Of(stopped.Total, "trial")} kept in '{stopped.Path}'; ")
            + "run the same command again to do the others.",
        ("done", stopped.Done), ("of", stopped.Total), ("path", stopped.Path));

    private void Report(TrainingResumed resumed)
    {
        log.Info(
            "training_resumed",
            Text($"continuing after iteration {resumed.Iteration} of {resumed.Total}, from '{resumed.Path}'"),
            ("iteration", resumed.Iteration), ("of", resumed.Total), ("path", resumed.Path));
        if (resumed.Before is { } before)
            log.Warn(
                "resumed_elsewhere",
                $"the checkpoint was made by {before}; factors may differ in the last bits from those of a run that "
                    + "was not stopped.",
                ("before", before));
    }

    private void Report(NothingToResume nothing) => log.Info(
        "nothing_to_resume", $"there is no checkpoint in '{nothing.Path}'; the training starts from the beginning",
        ("path", nothing.Path));

    private void Report(CheckpointDamaged damaged) => log.Warn(
        "checkpoint_damaged", $"'{damaged.File}' {damaged.Damage}. The checkpoint before it is used, if there is one.",
        ("file", damaged.File));

    private void Report(CheckpointEvent told)
    {
        if (told is CheckpointFailed failed)
            log.Warn(
                "checkpoint_failed", $"a checkpoint could not be saved; the run goes on: {failed.Reason}",
                ("reason", failed.Reason));
        if (told is CheckpointWritten written)
            log.Info(
                "checkpoint", Text($"checkpoint of iteration {written.Iteration} written ({written.Seconds:F2} s)"),
                ("iteration", written.Iteration), ("seconds", written.Seconds));
    }

    private void Report(CheckpointKept kept) => log.Warn(
        "checkpoint_kept",
        Text($"iteration {kept.Iteration} of {kept.Total} is saved in '{kept.Path}'; ")
            + "run the same command with --resume to continue.",
        ("iteration", kept.Iteration), ("of", kept.Total), ("path", kept.Path));

    private void Report(SpotNotice notice) => log.Warn(
        "spot_notice", $"EC2 will {notice.Action} this spot instance at {notice.Time}; saving and stopping.",
        ("action", notice.Action), ("at", notice.Time));

    private void Report(SpotUnknown unknown) => log.Warn(
        "spot_unknown",
        $"the instance metadata service at {unknown.Endpoint} cannot be asked for spot notices ({unknown.Reason}); the "
            + "run goes on. Is this an EC2 instance? In a container, the hop limit of its metadata must be 2 or more.",
        ("endpoint", unknown.Endpoint), ("reason", unknown.Reason));

    private void Report(LatestSwitched switched) => log.Info(
        "latest",
        $"{switched.Path} now names {switched.Version}"
            + (switched.Before is { } before && before != switched.Version ? $" (before: {before})" : ""),
        ("path", switched.Path), ("version", switched.Version), ("before", switched.Before));

    private void Report(JobDone done) => log.Info(
        "done", Text($"wrote the model to {done.Output} and the lists to {done.Recommendations} ({done.Seconds:F2} s)"),
        ("model", done.Output), ("lists", done.Recommendations), ("seconds", done.Seconds));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
