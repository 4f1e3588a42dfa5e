namespace GpuAls;

/// <summary>What an engine can do. Every check of what is asked for reads it here.</summary>
internal sealed record EngineCapabilities
{
    /// <summary>What the engine computes on.</summary>
    public required DeviceKind Device { get; init; }

    /// <summary>Compute capability of an NVIDIA GPU; null for any other device.</summary>
    public Version? ComputeCapability { get; init; }

    /// <summary>Bytes of device memory that gpuals may take; null for an engine that works in host memory.</summary>
    public long? DeviceMemoryBytes { get; init; }

    /// <summary>How the equations of a row can be solved, and up to which rank.</summary>
    public IReadOnlyDictionary<Solver, int> MaximumRanks { get; init; } =
        Enum.GetValues<Solver>().ToDictionary(solver => solver, _ => EngineLimits.MaximumRank);

    /// <summary>The largest rank of any solver.</summary>
    public int MaximumRank => MaximumRanks.Values.Max();

    /// <summary>The longest list.</summary>
    public int MaximumListLength { get; init; } = TopKQuery.MaximumK;

    /// <summary>How plays can be summed for exact solves.</summary>
    public IReadOnlyList<SumPrecision> Precisions { get; init; } = [SumPrecision.Fp32];

    /// <summary>Whether rows can be solved with x ≥ 0.</summary>
    public bool SolvesNonnegative { get; init; }

    /// <summary>
    /// The most plays of a row that is solved exactly through as many unknowns as it has plays, by rank; 0 where none
    /// is.
    /// </summary>
    public Func<int, int> LongestDualRow { get; init; } = _ => 0;

    /// <summary>How the rows of a Gramian are cut into blocks.</summary>
    public GramianBlocks GramianBlocks { get; init; } = GramianBlocks.One;
}

/// <summary>What an engine runs on, for logs and manifests.</summary>
/// <param name="Id">What <c>--device</c> calls it: cpu, cuda:N, opencl:N or emulated.</param>
/// <param name="Name">The CPU or GPU, as the system or its driver names it.</param>
internal sealed record EngineDescription(string Id, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Id} ({Name})";
}

/// <summary>Limits that every engine shares.</summary>
internal static class EngineLimits
{
    /// <summary>The largest rank.</summary>
    public const int MaximumRank = 2_048;

    /// <summary>Block sizes of iALS++ are multiples of this: one cache line.</summary>
    public const int BlockSizeStep = 16;

    /// <summary>The largest block size of iALS++.</summary>
    public const int MaximumBlockSize = 256;
}
