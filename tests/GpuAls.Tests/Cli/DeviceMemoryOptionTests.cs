using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace GpuAls.Tests.Cli;

public sealed partial class DeviceMemoryOptionTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void WritePlays()
    {
        _folder = new TempFolder();
        var rows =
            Enumerable.Range(0, 140).Select(row => $"u{row % 24},i{((row * 7) + (row / 24)) % 17},{1 + (row % 5)}");
        File.WriteAllLines(_folder.At("plays.csv"), rows.Prepend("user,item,plays"));
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    [Category("Emulated")]
    [NonParallelizable]
    public async Task Train_LeastMemoryThatTheErrorAsksFor_IsEnoughAndGivesTheSameFiles()
    {
        await Tool.SucceedAsync(Train("whole", "emulated"));
        var refusal = await Tool.RunAsync(Train("none", "emulated", "--device-memory", "5kB"));
        Assert.That(refusal.ExitCode, Is.EqualTo(4));
        Assert.That(refusal.Error, Does.Contain("has 5 kB of memory for gpuals"));

        // What the message asks for is enough; it is rounded to 10 bytes.
        var least = decimal.Parse(Needed().Match(refusal.Error).Groups[1].Value, CultureInfo.InvariantCulture) + 0.01m;
        await Tool.SucceedAsync(
            Train("least", "emulated", "--device-memory", string.Create(CultureInfo.InvariantCulture, $"{least}kB")));

        var files = Directory.GetFiles(_folder.At("whole")).Select(Path.GetFileName);
        foreach (var file in files.Where(file => file != "manifest.json"))
            Assert.That(
                File.ReadAllBytes(_folder.At("least", file!)),
                Is.EqualTo(File.ReadAllBytes(_folder.At("whole", file!))),
                file);
    }

    [TestCase("2G")]
    [TestCase("-5")]
    [TestCase("lots")]
    public async Task Train_NoSize_IsWrongUsage(string size)
    {
        var run = await Tool.RunAsync(Train("model", "auto", $"--device-memory={size}"));

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain($"--device-memory is '{size}'").And.Contain("1.5GiB (binary)"));
    }

    [TestCase("train")]
    [TestCase("recommend")]
    [TestCase("demo")]
    public async Task DeviceCpu_WithABound_IsRefusedWithTheReason(string command)
    {
        string[] options = ["--device", "cpu", "--device-memory", "1GB"];
        var run = await Tool.RunAsync(command switch
        {
            "train" => Train("model", "cpu", "--device-memory", "1GB"),
            "recommend" => ["recommend", _folder.At("model"), .. options],
            _ => ["demo", .. options],
        });

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--device-memory limits the memory used on a GPU"));
    }

    [Test]
    public async Task Train_BoundBeyondAnyDevice_IsTakenAndSaid()
    {
        var run = await Tool.SucceedAsync(Train("model", "auto", "--device-memory", "5000TB"));

        Assert.That(
            run.Error, Does.Contain("is more than").Or.Contain("--device-memory is ignored on the CPU"));
    }

    private string[] Train(string model, string device, params string[] options) =>
    [
        "train", _folder.At("plays.csv"), "--weight-column", "plays", "--output", _folder.At(model), "--rank", "2",
        "--iterations", "1", "--device", device, .. options,
    ];

    [GeneratedRegex("needs at least ([0-9.]+) kB")]
    private static partial Regex Needed();
}
