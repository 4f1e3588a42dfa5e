namespace GpuAls.App;

/// <summary>What does not fit in the memory of a device, as events of a job.</summary>
internal static class MemoryEvents
{
    /// <summary>The event that tells it.</summary>
    public static JobEvent Of(MemoryNote note) => note switch
    {
        PlaysStreamed streamed => new PlaysStreaming(streamed),
        FactorsSpilled spilled => new FactorsInHostMemory(spilled),
        _ => throw new ArgumentException($"{note} has no event.", nameof(note)),
    };
}

/// <summary>Plays do not fit the device's memory.</summary>
/// <param name="Streamed">How they go through it.</param>
internal sealed record PlaysStreaming(PlaysStreamed Streamed) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "streamed", "Plays do not fit in device memory and are streamed through it",
        ("rows", "rows of the matrix: users or items"), ("blocks", "blocks they are streamed in"),
        ("plays_bytes", "size of the plays, bytes"), ("left_bytes", "device memory left for them, bytes"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"the plays of {Counted.Of(Streamed.Rows, "row")} ({ByteSize.Text(Streamed.PlaysBytes)}) do not fit in the "
                + $"{ByteSize.Text(Streamed.LeftBytes)} of device memory left; "
                + $"they stream through it in {Counted.Of(Streamed.Blocks, "block")}",
            Streamed.Rows, Streamed.Blocks, Streamed.PlaysBytes, Streamed.LeftBytes),
    ];
}

/// <summary>Factors do not fit the device's memory.</summary>
/// <param name="Spilled">Which they are.</param>
internal sealed record FactorsInHostMemory(FactorsSpilled Spilled) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "spilled", "Factors do not fit in device memory and stay in host memory",
        ("rows", "rows of the matrix: users or items"), ("factors_bytes", "size of the factors, bytes"),
        ("left_bytes", "device memory left, bytes"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"the factors of {Counted.Of(Spilled.Rows, "row")} ({ByteSize.Text(Spilled.Bytes)}) do not fit in the "
                + $"{ByteSize.Text(Spilled.LeftBytes)} of device memory left; they stay in host memory, and those that "
                + "a block of rows needs are brought to the device",
            Spilled.Rows, Spilled.Bytes, Spilled.LeftBytes),
    ];
}
