using System.Globalization;
using Spectre.Console;

namespace GpuAls.Bench.OnGpu;

/// <summary>Prints the report as tables.</summary>
internal static class OnGpuTables
{
    private const int Width = 180;

    public static void Print(OnGpuReport report, TextWriter writer)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = Width;
        var cuda = report.Device.ComputeCapability is { } capability
            ? $", compute capability {capability}, CUDA {report.Device.CudaVersion}"
            : "";
        writer.WriteLine(Text($"{report.Device.Name}{cuda}; gpuals {report.Program.Version}, {report.Started:u}"));
        if (report.Quick) writer.WriteLine("--quick: small input; the times are meaningless.");
        console.Write(Checks(report.Checks));
        console.Write(Timings(report.Timings));
        console.Write(Trainings(report.Trainings));
        foreach (var kernel in report.KernelsNotTimed) writer.WriteLine($"not timed: {kernel}");
        foreach (var failure in Failures(report)) writer.WriteLine($"FAILED: {failure}");
        writer.WriteLine(report.Passed ? "All passed." : "NOT all passed.");
    }

    private static IEnumerable<string> Failures(OnGpuReport report)
    {
        foreach (var check in report.Checks.Where(check => !check.Passed))
            yield return $"check of {check.Operation}, rank {check.Rank}, {check.Shape}: {Reason(check)}";
        foreach (var timing in report.Timings.Where(timing => !timing.Passed))
            yield return $"timing of {timing.Operation}, rank {timing.Rank}, {timing.Shape}: "
                + (timing.Failure ?? Reason(timing.Check!));
        foreach (var training in report.Trainings.Where(training => !training.Passed))
            yield return $"training on {training.Sample}, rank {training.Rank}: "
                + (training.Failure ?? "the loss did not fall");
    }

    private static string Reason(CheckResult check)
    {
        if (check.Failure is { } failure) return failure;
        var error = check.LargestError?.ToString("G3", CultureInfo.InvariantCulture) ?? "not finite";
        var again = check.SameBytesAgain ? "the same" : "DIFFERENT";
        return Text($"error {error}, tolerance {check.Tolerance}; a second run returned {again} bytes");
    }

    /// <summary>The worst result of each operation over all ranks and shapes.</summary>
    private static Table Checks(IReadOnlyList<CheckResult> checks)
    {
        var table = New("operation", "checks", "passed", "largest error", "tolerance");
        foreach (var group in checks.GroupBy(check => (check.Operation, check.Tolerance)))
            table.AddRow(
                group.Key.Operation, Text($"{group.Count()}"), Text($"{group.Count(check => check.Passed)}"),
                group.Any(check => check.LargestError is null)
                    ? "not finite" : Text($"{group.Max(check => check.LargestError):G2}"),
                Text($"{group.Key.Tolerance:G2}"));
        return table;
    }

    private static Table Timings(IReadOnlyList<TimingResult> timings)
    {
        var table = New(
            "operation", "rank", "shape", "device ms, median", "minimum", "wall ms", "GFMA/s", "of peak", "GB/s",
            "of peak");
        foreach (var timing in timings)
            table.AddRow(
                timing.Operation, Text($"{timing.Rank}"), timing.Shape,
                timing.Passed ? Text($"{timing.DeviceMilliseconds!.Median:F3}") : "FAILED",
                Text($"{timing.DeviceMilliseconds?.Minimum:F3}"), Text($"{timing.WallMilliseconds?.Median:F3}"),
                Text($"{timing.GigaFmasPerSecond:N0}"), Text($"{timing.ShareOfFmaPeak:P1}"),
                Text($"{timing.GigabytesPerSecond:N0}"), Text($"{timing.ShareOfBandwidth:P1}"));
        return table;
    }

    private static Table Trainings(IReadOnlyList<TrainingResult> trainings)
    {
        var table = New(
            "sample plays", "rank", "s an iteration", "implicit, A6000, published", "last loss", "fp64 rows",
            "top-10 for all, s");
        foreach (var training in trainings)
            table.AddRow(
                training.Sample, Text($"{training.Rank}"),
                training.Passed ? Text($"{training.SecondsPerIteration!.Median:F3}") : "FAILED",
                Text($"{training.ImplicitOnA6000SecondsPerIteration:F3}"),
                training.Losses is [.., var loss] ? Text($"{loss:G6}") : "",
                Text($"{training.Fp64Rows}"), Text($"{training.ListSeconds:F2}"));
        return table;
    }

    private static Table New(params string[] headers)
    {
        var table = new Table().Border(TableBorder.Markdown);
        foreach (var header in headers) table.AddColumn(new TableColumn(header));
        return table;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
