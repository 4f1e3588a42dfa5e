using System.Text.Json.Serialization;

namespace GpuAls.Bench.OnGpu;

/// <summary>The JSON file. Names and meanings belong to <see cref="SchemaVersion"/>.</summary>
internal sealed record OnGpuReport
{
    public const int CurrentSchemaVersion = 1;

    public int SchemaVersion { get; init; } = CurrentSchemaVersion;

    /// <summary>Whether every check passed, every workload was timed and every training ended with a falling loss.</summary>
    public required bool Passed { get; init; }

    /// <summary>Whether the input was small, so that times say nothing.</summary>
    public required bool Quick { get; init; }

    public required ProgramFacts Program { get; init; }

    /// <summary>UTC.</summary>
    public required DateTime Started { get; init; }

    public required double Seconds { get; init; }

    public required DeviceFacts Device { get; init; }

    public required HostFacts Host { get; init; }

    public required IReadOnlyList<CheckResult> Checks { get; init; }

    public required IReadOnlyList<TimingResult> Timings { get; init; }

    /// <summary>Kernels of the catalogue that no timing has launched.</summary>
    public required IReadOnlyList<string> KernelsNotTimed { get; init; }

    public required IReadOnlyList<SampleResult> Samples { get; init; }

    public required IReadOnlyList<TrainingResult> Trainings { get; init; }
}

/// <summary>A workload on the device beside the host engine.</summary>
internal sealed record CheckResult(string Operation, int Rank, string Shape)
{
    public bool Passed { get; init; }

    /// <summary>In the measure of the operation; null where the device gave no finite number, or nothing.</summary>
    public double? LargestError { get; init; }

    public double Tolerance { get; init; }

    /// <summary>Whether a second run on the device gave the same bytes.</summary>
    public bool SameBytesAgain { get; init; }

    /// <summary>What went wrong, where it could not be computed.</summary>
    public string? Failure { get; init; }
}

/// <summary>A workload timed on the device; without times where it is wrong or failed.</summary>
internal sealed record TimingResult(string Operation, int Rank, string Shape)
{
    public CheckResult? Check { get; init; }

    public int Repetitions { get; init; }

    /// <summary>Time of all its kernels, between events of the device.</summary>
    public Spread? DeviceMilliseconds { get; init; }

    /// <summary>Time of the whole operation on the host's clock, with its copies and what the host computes.</summary>
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

/// <summary>One kernel of an operation.</summary>
internal sealed record KernelTime(string Name, int Launches, Spread Milliseconds);

/// <summary>All launches of one kernel together.</summary>
internal sealed record KernelSum(string Name, int Launches, double Seconds);

/// <summary>Median and minimum of repeated times.</summary>
internal sealed record Spread(double Median, double Minimum)
{
    public static Spread Of(IEnumerable<double> times)
    {
        var sorted = times.Order().ToArray();
        var middle = sorted.Length / 2;
        return new Spread(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0]);
    }
}

/// <summary>A data set that was made for the trainings.</summary>
internal sealed record SampleResult(string Name, int Users, int Items, long Plays, double Seconds);

/// <summary>One training and its lists.</summary>
internal sealed record TrainingResult(string Sample, int Rank)
{
    public Spread? SecondsPerIteration { get; init; }

    public IReadOnlyList<double> IterationSeconds { get; init; } = [];

    /// <summary>With the first factors, the copies and the losses.</summary>
    public double SecondsInAll { get; init; }

    /// <summary>Without those of YᵀY, which are few beside them.</summary>
    public double UsefulFmasAnIteration { get; init; }

    public IReadOnlyList<double> Losses { get; init; } = [];

    public bool LossFalls { get; init; }

    /// <summary>Rows that were left to the host in fp64.</summary>
    public int Fp64Rows { get; init; }

    /// <summary>Time of the top-10 lists of all users, what they have played left out.</summary>
    public double ListSeconds { get; init; }

    public int Lists { get; init; }

    /// <summary>Time of the kernels, between events of the device, over the training and the lists.</summary>
    public IReadOnlyList<KernelSum> Kernels { get; init; } = [];

    /// <summary>What benfred/implicit publishes for the real data set on an NVIDIA A6000: another card, so no comparison by itself.</summary>
    public double? ImplicitOnA6000SecondsPerIteration { get; init; }

    public string? Failure { get; init; }

    [JsonIgnore]
    public bool Passed => Failure is null && LossFalls;
}
