using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace GpuAls.MpiProbe;

/// <summary>Plays of files, loaded by all processes together; the figures of bench/Results/shared-load.md.</summary>
internal static class SharedLoad
{
    /// <summary>Loads, and writes what came of it and what it took.</summary>
    /// <param name="group">The processes; alone, one loads everything.</param>
    /// <param name="weightColumn">Column of weights.</param>
    /// <param name="locations">Files with the columns user and item.</param>
    public static async Task RunAsync(IProcessGroup group, string weightColumn, string[] locations)
    {
        var start = Stopwatch.GetTimestamp();
        var schema = new InteractionSchema { WeightColumn = weightColumn };
        var source = await SharedPlays
            .SourceAsync(locations, schema, group, CancellationToken.None).ConfigureAwait(false);
        var (rows, plays) = await SharedPlays
            .LoadAsync(source, AlsOptions.Default, new PlaySharing(group, Cost)).ConfigureAwait(false);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        Console.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"rank {group.Rank}: {rows.Statistics.Rows} rows, {Digest(plays)}, "
            + $"{plays.ByUser.EntryCount} of {plays.PlayCount} plays, {seconds:F2} s, "
            + $"CPU {process.TotalProcessorTime.TotalSeconds:F2} s, peak {process.PeakWorkingSet64 / 1e9:F2} GB\n"));
    }

    /// <summary>The work of a row, as rows are shared out here.</summary>
    public static double Cost(int length) => length + 100;

    /// <summary>Tells what a process has of some plays from everything else.</summary>
    public static string Digest(InteractionMatrix plays)
    {
        using var ids = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        plays.Users.AddTo(ids);
        plays.Items.AddTo(ids);
        var hash = new XxHash3();
        hash.Append(ids.GetHashAndReset());
        foreach (var rows in new[] { plays.ByUser, plays.ByItem })
        {
            hash.Append(MemoryMarshal.AsBytes(rows.Indptr));
            hash.Append(MemoryMarshal.AsBytes(rows.Indices));
            hash.Append(MemoryMarshal.AsBytes(rows.Values));
        }

        return $"{hash.GetCurrentHashAsUInt64():x16}";
    }
}
