using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Serve;

/// <summary>A model of sample plays, and a server that serves it.</summary>
public abstract class ServeFixture : SamplePlaysFixture
{
    private static readonly string[] Rank8 = ["--rank", "8"];

    private protected string ModelFolder { get; private set; } = null!;

    private protected FactorModel Model { get; private set; } = null!;

    private protected Service Service { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task Serve()
    {
        ModelFolder = await TrainAsync("model");
        Model = await ModelReader.ReadAsync(ModelFolder);
        Service = await Service.StartAsync(ModelFolder);
    }

    [OneTimeTearDown]
    public async Task StopServing() => await Service.DisposeAsync();

    private protected async Task<string> TrainAsync(string name, params string[] options)
    {
        await Tool.SucceedAsync(
            [
                "train", PlaysFile, "--weight-column", "plays", "--output", Folder.At(name), "--device", "cpu",
                "--iterations", "3", .. options.Contains("--rank") ? [] : Rank8, .. options,
            ]);
        return Folder.At(name);
    }

    /// <summary>The lists that the tool prints.</summary>
    private protected static async Task<Dictionary<string, (string Item, float Score)[]>> ListsAsync(
        params string[] args)
    {
        var run = await Tool.SucceedAsync([.. args, "--device", "cpu"]);
        return run.Lines[1..].Select(line => line.Split(',')).GroupBy(row => row[0])
            .ToDictionary(list => list.Key, list => list.Select(row => (row[1], float.Parse(row[3]))).ToArray());
    }
}
