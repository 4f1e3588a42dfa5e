using System.CommandLine;
using System.Diagnostics;
using System.IO.Hashing;
using System.Security.Cryptography;
using Spectre.Console;

namespace GpuAls.Bench.Load;

/// <summary>bench model-load: where the time goes while a saved model is read.</summary>
internal static class ModelLoadCommand
{
    private const int Runs = 11;

    private static readonly Argument<string> Model = new("model") { Description = "Folder of a model." };

    private static readonly Option<bool> Once = new("--once")
    {
        Description = "Time only the first read of this process, whose memory is all new",
    };

    public static Command Create()
    {
        var command = new Command("model-load", "Times reading a saved model, and what that consists of.")
        {
            Model, Once,
        };
        command.SetAction(PrintAsync);
        return command;
    }

    private static async Task<int> PrintAsync(ParseResult result, CancellationToken cancellation)
    {
        var folder = result.GetValue(Model)!;
        var first = Stopwatch.GetTimestamp();
        var model = await ModelReader.ReadAsync(folder, cancellation); // also warms the page cache
        if (result.GetValue(Once))
        {
            Console.WriteLine(ResultTable.Text($"{Stopwatch.GetElapsedTime(first).TotalMilliseconds:F0} ms"));
            return 0;
        }

        var manifest = model.Manifest!;
        var files = ModelFiles.Checksummed.Select(file => Path.Combine(folder, file)).ToArray();
        var bytes = files.Select(File.ReadAllBytes).ToArray();
        foreach (var (file, content) in ModelFiles.Checksummed.Zip(bytes))
            if (Convert.ToHexStringLower(SHA256.HashData(content)) != manifest.Sha256[file])
                throw new InvalidOperationException($"{file} has another checksum.");
        List<(string Name, Func<Task> Run)> parts =
        [
            ("read the model, as recommend does", () => ModelReader.ReadAsync(folder, cancellation)),
            ("read its files to memory", () => Done(() => Array.ForEach(files, file => File.ReadAllBytes(file)))),
            ("XXH128 of these bytes", () => Done(() => Array.ForEach(bytes, content => XxHash128.Hash(content)))),
            ("SHA-256 of these bytes", () => Done(() => Array.ForEach(bytes, content => SHA256.HashData(content)))),
            ("read the ids", async () =>
            {
                var (table, data) = (Path.Combine(folder, ModelFiles.Items), manifest.Data);
                var source = (await Stores.FindFileAsync(table, cancellation))!;
                await IdTableFile.ReadAsync(source, data.ItemIdType, data.Items, cancellation);
            }),
            ("check that factors are finite", () => Done(() =>
            {
                if (model.ItemFactors.HasOutside(float.MinValue, float.MaxValue))
                    throw new InvalidOperationException("a factor is not finite.");
            })),
        ];
        var times = parts.Select(_ => new List<double>()).ToArray();
        for (var run = 0; run < Runs; run++) // in turn, so that other work on the machine meets all of them
        {
            for (var part = 0; part < parts.Count; part++)
            {
                GC.Collect();
                var start = Stopwatch.GetTimestamp();
                await parts[part].Run();
                times[part].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        var table = ResultTable.Create(["part"], ["median ms", "least ms"]);
        for (var part = 0; part < parts.Count; part++)
        {
            times[part].Sort();
            table.AddRow(
                parts[part].Name, ResultTable.Text(times[part][Runs / 2], "F0"),
                ResultTable.Text(times[part][0], "F0"));
        }

        ResultTable.Print(table, Console.Out, ResultTable.Text(
            $"{manifest.Data.Users:N0} users, {manifest.Data.Items:N0} items, rank {manifest.Rank}, ")
            + ResultTable.Text($"{bytes.Sum(content => (long)content.Length) / 1e6:F0} MB, {Runs} runs"));
        return 0;
    }

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
