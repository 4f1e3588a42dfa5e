using System.Diagnostics;
using System.Globalization;

namespace GpuAls.Bench.Load;

/// <summary>What a load takes at most, in a process of its own: all of its resident memory, the runtime's with it.</summary>
/// <param name="Matrices">Bytes of both matrices.</param>
/// <param name="Ids">Bytes of the ids as they are held.</param>
/// <param name="Peak">Most bytes resident; 0 where the system does not tell.</param>
internal sealed record PeakMemory(long Matrices, long Ids, long Peak)
{
    private const int StringOverhead = 22 + 8; // header, length, end, and the reference to it

    public static PeakMemory OfAnotherProcess(string path)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in (string[])["load", "--memory-of", path]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var numbers = Array.ConvertAll(process.StandardOutput.ReadToEnd().Trim().Split(' '), text => long.Parse(text, CultureInfo.InvariantCulture));
        process.WaitForExit();
        return new PeakMemory(numbers[0], numbers[1], numbers[2]);
    }

    public static async Task PrintOfThisProcessAsync(string path)
    {
        var plays = await Loading.LoadAsync(path).ConfigureAwait(false);
        var peak = Peaks();
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Bytes(plays.ByUser) + Bytes(plays.ByItem)} {Bytes(plays.Users) + Bytes(plays.Items)} {peak}")).ConfigureAwait(false);
    }

    private static long Bytes(CsrMatrix matrix) => (matrix.Indptr.Length * sizeof(long)) + (matrix.EntryCount * (sizeof(int) + sizeof(float)));

    private static long Bytes(IdIndex ids) => Enumerable.Range(0, ids.Count).Sum(index => StringOverhead + (2L * ids.Format(index).Length));

    private static long Peaks()
    {
        const string Status = "/proc/self/status";
        var line = File.Exists(Status) ? File.ReadLines(Status).First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) : "VmHWM: 0 kB";
        return 1024 * long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
