namespace GpuAls.App;

/// <summary>Several processes do the job together.</summary>
/// <param name="Count">How many.</param>
/// <param name="Machines">How many machines they run on.</param>
/// <param name="Library">What connects them, such as <c>Open MPI v4.1.4</c>.</param>
internal sealed record ProcessesJoined(int Count, int Machines, string Library) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "processes", "Several processes do the job together",
        ("processes", "how many"), ("machines", "how many machines they run on"), ("library", "the MPI library"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"{Counted.Of(Count, "process", "processes")} on {Counted.Of(Machines, "machine")}, connected by {Library}",
            Count, Machines, Library),
    ];
}
