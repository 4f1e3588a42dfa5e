using System.Diagnostics;
using GpuAls.Bench.OnGpu.Workloads;
using GpuAls.Bench.Shapes;
using GpuAls.Kernels;

namespace GpuAls.Bench.OnGpu;

/// <summary>Runs checks, timings and trainings on one device. A failure is recorded and the rest continues.</summary>
internal sealed class OnGpuRun(OnGpuPlan plan, DeviceEngine device, IAlsEngine host, TextWriter progress)
{
    private readonly DateTime _started = DateTime.UtcNow;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly LaunchTimer _timer = new(device.Accelerator);
    private readonly List<SampleResult> _samples = [];

    public OnGpuReport Run()
    {
        var facts = DeviceFacts.Of(device);
        Log($"{device.Description}, {facts.Multiprocessors} multiprocessors, {facts.MemoryBytes / 1e9:F1} GB");
        var stopwatches = new Stopwatches(device, host, _timer, facts.Peak, plan.Repetitions);
        var checks = Each("check", plan.Checks, Check);
        var timings = Each("timing", plan.Timings, workload => Time(workload, stopwatches));
        var trainings = plan.Trainings.GroupBy(training => training.Shape).SelectMany(Train).ToArray();
        return new OnGpuReport
        {
            Passed = checks.All(check => check.Passed)
                && timings.All(timing => timing.Passed)
                && trainings.All(training => training.Passed),
            Quick = plan.IsQuick,
            Program = ProgramFacts.Of(),
            Started = _started,
            Seconds = _clock.Elapsed.TotalSeconds,
            Device = facts,
            Host = HostFacts.Of(host),
            Checks = checks,
            Timings = timings,
            KernelsNotTimed =
            [
                .. KernelCatalog.All.Select(kernel => kernel.Name).Except(
                    timings.SelectMany(timing => timing.Kernels).Select(kernel => kernel.Name))
            ],
            Samples = _samples,
            Trainings = trainings,
        };
    }

    private CheckResult Check(Workload workload) => Attempt(
        () => Verifier.Check(workload, device, host),
        failure => new CheckResult(workload.Operation, workload.Rank, workload.Shape)
        {
            Tolerance = workload.Tolerance,
            Failure = failure,
        });

    private TimingResult Time(TimedWorkload workload, Stopwatches stopwatches) => Attempt(
        () => stopwatches.Time(workload),
        failure => new TimingResult(workload.Operation, workload.Rank, workload.Shape) { Failure = failure });

    private IEnumerable<TrainingResult> Train(IGrouping<Shape, TrainingPlan> trainings)
    {
        var shape = trainings.Key;
        Log($"sample: {shape.Name}, {shape.Users:N0} users, {shape.Items:N0} items, {shape.Plays:N0} plays");
        var start = _clock.Elapsed;
        var plays = SampleMatrix.Create(shape);
        _samples.Add(
            new SampleResult(
                shape.Name, shape.Users, shape.Items, plays.ByUser.EntryCount, (_clock.Elapsed - start).TotalSeconds));
        foreach (var training in trainings)
        {
            Log($"training: {training.Name}");
            yield return Attempt(
                () => TrainingRun.Run(
                    device, _timer, shape, plays, TrainingRun.Options(training.Rank, plan.Iterations), Log),
                failure => new TrainingResult(shape.Name, training.Rank) { Failure = failure });
        }
    }

    private TResult[] Each<TWorkload, TResult>(
        string doing, IReadOnlyList<TWorkload> workloads, Func<TWorkload, TResult> work)
        where TWorkload : Workload
    {
        workloads = [.. workloads.Where(workload => workload.RunsOn(device))];
        var results = new TResult[workloads.Count];
        for (var i = 0; i < results.Length; i++)
        {
            Log($"{doing} {i + 1} of {results.Length}: {workloads[i].Name}");
            results[i] = work(workloads[i]);
        }

        return results;
    }

    /// <summary>Catches any failure: one must not discard minutes of results from a rented machine.</summary>
    private T Attempt<T>(Func<T> work, Func<string, T> failed)
    {
        try
        {
            return work();
        }
        catch (Exception exception)
        {
            Log($"  FAILED: {exception.Message}");
            return failed(
                exception is GpuAlsException or InvalidOperationException ? exception.Message : exception.ToString());
        }
    }

    private void Log(string line) => progress.WriteLine($"[{_clock.Elapsed.TotalSeconds,6:F1} s] {line}");
}
