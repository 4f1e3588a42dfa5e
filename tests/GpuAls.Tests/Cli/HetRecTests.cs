using System.Globalization;
using GpuAls.Tests.Modeling;
using GpuAls.Tests.Reading;

namespace GpuAls.Tests.Cli;

/// <summary>Training on real plays: 92,834 rows of 1,892 listeners and 17,632 artists.</summary>
public sealed class HetRecTests
{
    private TempFolder _folder = null!;
    private string _plays = null!;

    [SetUp]
    public void FindPlays()
    {
        _folder = new TempFolder();
        _plays = SharedData.Require("data", "hetrec2011-lastfm-2k", "user_artists.dat");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Train_TextAndParquet_GiveTheSameBytes()
    {
        var rows = File.ReadLines(_plays).Skip(1).Select(line => line.Split('\t')).ToArray();
        long[] Column(int column) => [.. rows.Select(row => long.Parse(row[column], CultureInfo.InvariantCulture))];
        await ParquetPlays.WriteAsync(
            _folder.At("plays.parquet"), 3, ("userID", Column(0)), ("artistID", Column(1)), ("weight", Column(2)));

        await TrainAsync(_plays, "text", "cpu");
        await TrainAsync(_folder.At("plays.parquet"), "parquet", "cpu");

        var files = Directory.GetFiles(_folder.At("text"));
        foreach (var file in files.Where(path => Path.GetFileName(path) != ModelFiles.Manifest))
            Assert.That(
                File.ReadAllBytes(_folder.At("parquet", Path.GetFileName(file))),
                Is.EqualTo(File.ReadAllBytes(file)),
                file);
        var manifest = SampleModel.ReadManifest(_folder.At("text"));
        Assert.That(
            (manifest.Data.Users, manifest.Data.Items, manifest.Data.Plays), Is.EqualTo((1_892, 17_632, 92_834)));
    }

    [TestCase("opencl", Category = "OpenCl")]
    [TestCase("cuda", Category = "Cuda")]
    public async Task Train_OnADevice_ListsTheItemsOfTheHost(string device)
    {
        var absent = device == "cuda"
            ? Engines.TestEngines.WhyAbsent<Engines.Cuda>()
            : Engines.TestEngines.WhyAbsent<Engines.OpenCl>();
        if (absent is { } reason) Assert.Ignore(reason);
        await TrainAsync(_plays, "host", "cpu", "--recommendations", _folder.At("host.csv"));
        await TrainAsync(_plays, "device", device, "--recommendations", _folder.At("device.csv"));

        var host = Listed("host.csv");
        var same = host.Intersect(Listed("device.csv")).Count();

        TestContext.Out.WriteLine($"{device}: {same} of {host.Count} listed items are those of the host engine "
            + $"({100.0 * same / host.Count:F3} %).");
        Assert.That((double)same / host.Count, Is.GreaterThanOrEqualTo(0.99));
        Assert.That(host, Has.Count.EqualTo(18_920));
    }

    private Task<ToolRun> TrainAsync(string plays, string model, string device, params string[] options) =>
        Tool.SucceedAsync(
        [
            "train", plays, "--user-column", "userID", "--item-column", "artistID", "--weight-column", "weight",
            "--output", _folder.At(model), "--device", device, .. options,
        ]);

    private HashSet<string> Listed(string file) =>
        [.. File.ReadLines(_folder.At(file)).Skip(1).Select(line => string.Join(',', line.Split(',')[..2]))];
}
