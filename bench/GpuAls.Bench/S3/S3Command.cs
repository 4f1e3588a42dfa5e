using System.CommandLine;
using GpuAls.Bench.Load;
using GpuAls.Bench.OnGpu;
using GpuAls.Connectors.S3;
using Spectre.Console;

namespace GpuAls.Bench.S3;

/// <summary>
/// bench s3: reads the same Parquet file from the disk (its cache warm) and from an S3 server on the loopback device,
/// and writes as many bytes to both.
/// </summary>
internal static class S3Command
{
    private const double Mebibyte = 1 << 20;
    private const int RowBytes = 12;

    private static readonly InteractionSchema Schema = new() { WeightColumn = "plays" };

    public static Command Create()
    {
        var file = new Option<string?>("--file")
        {
            Description = "Parquet file with the columns user, item and plays; default: one that DuckDB writes",
            HelpName = "FILE",
        };
        var size = new Option<string>("--size")
        {
            Description = "size of the file that is written",
            HelpName = "SIZE",
            DefaultValueFactory = _ => "2GiB",
        };
        var repetitions = new Option<int>("--repetitions")
        {
            Description = "how often each is timed",
            DefaultValueFactory = _ => 5,
        };
        var load = new Option<bool>("--load")
        {
            Description = "also time loading: reading, indexing and both matrices",
        };
        var command = new Command("s3", "Times reading and writing S3 on the loopback device, and the disk.")
        {
            file,
            size,
            repetitions,
            load,
        };
        command.SetAction(result => RunAsync(
            result.GetValue(file), ByteSize.Parse(result.GetValue(size)!, "--size"), result.GetValue(repetitions),
            result.GetValue(load)));
        return command;
    }

    private static async Task<int> RunAsync(string? given, long size, int repetitions, bool isLoaded)
    {
        var path = given ?? Path.Combine(Path.GetTempPath(), $"gpuals-bench-{Environment.ProcessId}.parquet");
        try
        {
            if (given is null) Write(path, size);
            var server = await RangeServer.StartAsync(path).ConfigureAwait(false);
            await using var owned = server.ConfigureAwait(false);
            UseServer(server.Endpoint);
            var table = ResultTable.Create(
                ["what"], ["MiB", "disk s", "S3 s", "disk MiB/s", "S3 MiB/s", "S3 ÷ disk, MiB/s"]);
            await MeasureAsync("ranges of 64 MiB", FetchAsync).ConfigureAwait(false);
            await MeasureAsync("read and decoded", ReadAsync).ConfigureAwait(false);
            if (isLoaded) await MeasureAsync("loaded", Loading.LoadAsync).ConfigureAwait(false);
            await MeasureAsync("written", WriteAsync).ConfigureAwait(false);
            ResultTable.Print(
                table,
                Console.Out,
                Machine.Line,
                $"Median of {repetitions} alternating runs; the server runs in this process, on the same cores.");
            return 0;

            Task WriteAsync(string source) => WriteAsManyAsync(
                source == path ? path + ".written" : RangeServer.Target, new FileInfo(path).Length);

            async Task MeasureAsync(string what, Func<string, Task> work)
            {
                var (disk, s3) = (new List<double>(), new List<double>());
                for (var repetition = -1; repetition < repetitions; repetition++)
                {
                    GC.Collect();
                    var (local, remote) = (
                        await Clock.SecondsAsync(() => work(path)).ConfigureAwait(false),
                        await Clock.SecondsAsync(() => work(server.Location)).ConfigureAwait(false));
                    if (repetition < 0) continue; // The first warms the cache and compiles.
                    disk.Add(local);
                    s3.Add(remote);
                }

                var (onDisk, onS3) = (Spread.Of(disk).Median, Spread.Of(s3).Median);
                var mebibytes = new FileInfo(path).Length / Mebibyte;
                table.AddRow(
                    what, ResultTable.Text($"{mebibytes:F0}"), ResultTable.Text($"{onDisk:F3}"),
                    ResultTable.Text($"{onS3:F3}"), ResultTable.Text($"{mebibytes / onDisk:F0}"),
                    ResultTable.Text($"{mebibytes / onS3:F0}"), ResultTable.Text($"{onDisk / onS3:P0}"));
            }
        }
        finally
        {
            if (given is null) File.Delete(path);
        }
    }

    /// <summary>Every byte, several ranges at once, looked at by nobody.</summary>
    private static async Task FetchAsync(string location)
    {
        const int Range = 1 << 26;
        var source = (await Stores.FindFileAsync(location, default).ConfigureAwait(false))!;
        var reading = new List<Task>();
        for (var offset = 0L; offset < source.Length; offset += Range)
        {
            if (reading.Count == Environment.ProcessorCount + 1)
                reading.Remove(await Task.WhenAny(reading).ConfigureAwait(false));
            reading.Add(FetchRangeAsync(source, offset, (int)Math.Min(Range, source.Length - offset)));
        }

        await Task.WhenAll(reading).ConfigureAwait(false);
    }

    private static async Task FetchRangeAsync(IByteSource source, long offset, int count)
    {
        await Task.Yield();
        using var bytes = new RentedArray<byte>(count);
        await source.ReadExactlyAsync(offset, bytes.Memory, default).ConfigureAwait(false);
    }

    /// <summary>What a load does before ids are indexed: columns are fetched, decoded and checked.</summary>
    private static async Task ReadAsync(string location)
    {
        var files = await InputLocation.ResolveAsync([location], default).ConfigureAwait(false);
        var works = new FileInteractionSource(files, Schema).ReadAsync(default)
            .Select<BatchWork, Func<CancellationToken, Task<InteractionBatch>>>(work => token => work(token));
        var batches = InOrder.RunAsync(works, Environment.ProcessorCount + 1, default);
        await foreach (var batch in batches.ConfigureAwait(false)) batch.Dispose();
    }

    /// <summary>A file of an output, in writes as those of an encoder; it is dropped when it is complete.</summary>
    private static async Task WriteAsManyAsync(string location, long length)
    {
        var bytes = new byte[1 << 20];
        var file = await OutputLocation.Of(location).OpenFileAsync(overwrite: true, default).ConfigureAwait(false);
        await using var output = file.Output.ConfigureAwait(false);
        await file.WriteAsync(
            async stream =>
            {
                for (var written = 0L; written < length; written += bytes.Length)
                    await stream.WriteAsync(bytes).ConfigureAwait(false);
            },
            default).ConfigureAwait(false);
    }

    private static void UseServer(string endpoint)
    {
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_S3", endpoint);
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "bench");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "bench");
        Stores.Add(() => new S3Store(), "s3");
    }

    /// <summary>Ids that are too many for dictionaries, so that most bytes are values.</summary>
    private static void Write(string path, long size)
    {
        using var peer = new Peer();
        peer.Execute($"""
            COPY (
                SELECT (hash(n) % 5000000)::BIGINT AS user, (hash(n + 1) % 500000)::BIGINT AS item,
                    (hash(n + 2) % 100)::INTEGER AS plays
                FROM range({size / RowBytes}) r(n))
            TO '{path}' (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 1000000, DICTIONARY_SIZE_LIMIT 1)
            """);
    }
}
