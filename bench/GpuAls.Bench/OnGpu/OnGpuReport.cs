using System.Text.Json.Serialization;

namespace GpuAls.Bench.OnGpu;

/// <summary>The JSON file. Its names and meanings are fixed by <see cref="SchemaVersion"/>.</summary>
internal sealed record OnGpuReport
{
    public const int CurrentSchemaVersion = 1;

    public int SchemaVersion { get; init; } = CurrentSchemaVersion;

    /// <summary>Whether every check passed, every workload was timed, and the loss fell in every training.</summary>
    public required bool Passed { get; init; }

    /// <summary>Whether the input was so small that times are meaningless.</summary>
    public required bool Quick { get; init; }

    public required ProgramFacts Program { get; init; }

    /// <summary>UTC.</summary>
    public required DateTime Started { get; init; }

    public required double Seconds { get; init; }

    public required DeviceFacts Device { get; init; }

    public required HostFacts Host { get; init; }

    public required IReadOnlyList<CheckResult> Checks { get; init; }

    public required IReadOnlyList<TimingResult> Timings { get; init; }

    /// <summary>Kernels in the catalog that no timing launched.</summary>
    public required IReadOnlyList<string> KernelsNotTimed { get; init; }

    public required IReadOnlyList<SampleResult> Samples { get; init; }

    public required IReadOnlyList<TrainingResult> Trainings { get; init; }
}

/// <summary>The comparison of a workload on the device and on the host engine.</summary>
internal sealed record CheckResult(string Operation, int Rank, string Shape)
{
    public bool Passed { get; init; }

    /// <summary>
    /// Error, as defined by the operation; null if the device returned a non-finite value or nothing.
    /// </summary>
    public double? LargestError { get; init; }

    public double Tolerance { get; init; }

    /// <summary>Whether a second run on the device returned the same bytes.</summary>
    public bool SameBytesAgain { get; init; }

    /// <summary>The error, if the workload could not be computed.</summary>
    public string? Failure { get; init; }
}

/// <summary>The timing of a workload on the device; without times if it failed or its result was wrong.</summary>
internal sealed record TimingResult(string Operation, int Rank, string Shape)
{
    public CheckResult? Check { get; init; }

    public int Repetitions { get; init; }

    /// <summary>Total time of its kernels, measured with device events.</summary>
    public Spread? DeviceMilliseconds { get; init; }

    /// <summary>Wall-clock time of the whole operation, including copies and host computations.</summary>
    public Spread? WallMilliseconds { get; init; }

    public double UsefulFmas { get; init; }

    public double LeastBytes { get; init; }

    public double GigaFmasPerSecond { get; init; }

    public double? ShareOfFmaPeak { get; init; }

    public double GigabytesPerSecond { get; init; }

    public double? ShareOfBandwidth { get; init; }

    public IReadOnlyList<KernelTime> Kernels { get; init; } = [];

    public string? Failure { get; init; }

    [JsonIgnore]
    public bool Passed => DeviceMilliseconds is not null;
}

/// <summary>The time of one kernel of an operation.</summary>
internal sealed record KernelTime(string Name, int Launches, Spread Milliseconds);

/// <summary>The total time of all launches of a kernel.</summary>
internal sealed record KernelSum(string Name, int Launches, double Seconds);

/// <summary>Median and minimum of repeated measurements.</summary>
internal sealed record Spread(double Median, double Minimum)
{
    public static Spread Of(IEnumerable<double> times)
    {
        var sorted = times.Order().ToArray();
        var middle = sorted.Length / 2;
        return new Spread(
            sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0]);
    }
}

/// <summary>A data set generated for the trainings.</summary>
internal sealed record SampleResult(string Name, int Users, int Items, long Plays, double Seconds);

/// <summary>A training and its lists.</summary>
internal sealed record TrainingResult(string Sample, int Rank)
{
    public Spread? SecondsPerIteration { get; init; }

    public IReadOnlyList<double> IterationSeconds { get; init; } = [];

    /// <summary>Total time, including initialization, copies and losses.</summary>
    public double SecondsInAll { get; init; }

    /// <summary>Not counting YᵀY, which is comparatively cheap.</summary>
    public double UsefulFmasAnIteration { get; init; }

    public IReadOnlyList<double> Losses { get; init; } = [];

    public bool LossFalls { get; init; }

    /// <summary>Rows solved in fp64 on the host.</summary>
    public int Fp64Rows { get; init; }

    /// <summary>Time to make top-10 lists for all users, excluding played items.</summary>
    public double ListSeconds { get; init; }

    public int Lists { get; init; }

    /// <summary>Time per kernel for the training and the lists, measured with device events.</summary>
    public IReadOnlyList<KernelSum> Kernels { get; init; } = [];

    /// <summary>
    /// The time that benfred/implicit has published for the real data set on an NVIDIA RTX A6000. A different GPU, so
    /// not directly comparable.
    /// </summary>
    public double? ImplicitOnA6000SecondsPerIteration { get; init; }

    public string? Failure { get; init; }

    [JsonIgnore]
    public bool Passed => Failure is null && LossFalls;
}
