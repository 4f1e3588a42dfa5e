using System.Diagnostics;
using System.Globalization;
using GpuAls.App;

namespace GpuAls.Bench.Load;

/// <summary>The load under test, and its verification.</summary>
internal static class Loading
{
    public static InteractionSchema Schema { get; } = new() { WeightColumn = SampleWriter.WeightColumn };

    public static async Task<InteractionMatrix> LoadAsync(string path) =>
        CsrBuilder.Build(await InteractionLoader.LoadAsync([path], Schema).ConfigureAwait(false));

    /// <summary>Throws unless the matrix has exactly the pairs and sums of DuckDB's GROUP BY.</summary>
    /// <returns>Number of rows in the file.</returns>
    public static async Task<long> VerifyAsync(string path, Peer peer)
    {
        var interactions = await InteractionLoader.LoadAsync([path], Schema).ConfigureAwait(false);
        var plays = CsrBuilder.Build(interactions);
        long pairs = 0;
        foreach (var (user, item, sum) in peer.Pairs(path))
        {
            pairs++;
            if (Value(plays, user, item) is var value && value != (float)sum)
                throw new GpuAlsException(
                    FailureKind.Internal,
                    $"{path}: user '{user}' and item '{item}' have {value} here and {sum} in DuckDB.");
        }

        if (pairs != plays.ByUser.EntryCount || pairs != plays.ByItem.EntryCount)
            throw new GpuAlsException(
                FailureKind.Internal,
                $"{path}: {plays.ByUser.EntryCount:N0} pairs by user, {plays.ByItem.EntryCount:N0} by item, "
                + $"{pairs:N0} in DuckDB.");
        return interactions.Statistics.Rows;
    }

    /// <summary>The sum of a pair, if both matrices agree on it; NaN otherwise.</summary>
    private static float Value(InteractionMatrix plays, string user, string item)
    {
        if (!plays.Users.TryFind(user, out var row) || !plays.Items.TryFind(item, out var column)) return float.NaN;
        var (byUser, byItem) = (Entry(plays.ByUser, row, column), Entry(plays.ByItem, column, row));
        return byUser == byItem ? byUser : float.NaN;
    }

    private static float Entry(CsrMatrix matrix, int row, int column) =>
        matrix.RowIndices(row).BinarySearch(column) is var at and >= 0 ? matrix.RowValues(row)[at] : float.NaN;
}

/// <summary>Peak resident memory of a process that loads once, including the runtime.</summary>
/// <param name="Matrices">Bytes in both matrices.</param>
/// <param name="Ids">Bytes in the ids, as stored in memory.</param>
/// <param name="Peak">Peak resident bytes; 0 if the system does not report it.</param>
internal sealed record PeakMemory(long Matrices, long Ids, long Peak)
{
    private const int StringOverhead = 22 + 8; // header, length, terminator, and the reference

    public static PeakMemory OfAnotherProcess(string path)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in (string[])["load", "--memory-of", path]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var numbers = Array.ConvertAll(
            process.StandardOutput.ReadToEnd().Trim().Split(' '),
            text => long.Parse(text, CultureInfo.InvariantCulture));
        process.WaitForExit();
        return new PeakMemory(numbers[0], numbers[1], numbers[2]);
    }

    public static async Task PrintOfThisProcessAsync(string path)
    {
        var plays = await Loading.LoadAsync(path).ConfigureAwait(false);
        var peak = Peaks();
        var matrices = Bytes(plays.ByUser) + Bytes(plays.ByItem);
        var ids = Bytes(plays.Users) + Bytes(plays.Items);
        await Console.Out.WriteLineAsync(ResultTable.Text($"{matrices} {ids} {peak}")).ConfigureAwait(false);
    }

    private static long Bytes(CsrMatrix matrix) =>
        (matrix.Indptr.Length * sizeof(long)) + (matrix.EntryCount * (sizeof(int) + sizeof(float)));

    private static long Bytes(IdIndex ids) =>
        Enumerable.Range(0, ids.Count).Sum(index => StringOverhead + (2L * ids.Format(index).Length));

    private static long Peaks()
    {
        const string Status = "/proc/self/status";
        var line = File.Exists(Status)
            ? File.ReadLines(Status).First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            : "VmHWM: 0 kB";
        return 1024 * long.Parse(
            line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
