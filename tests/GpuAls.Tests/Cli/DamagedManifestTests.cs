using System.Text.Json.Nodes;

namespace GpuAls.Tests.Cli;

/// <summary>Whatever is wrong with a manifest, the message names the file and the remedy.</summary>
public sealed class DamagedManifestTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public async Task TrainModel()
    {
        _folder = new TempFolder();
        File.WriteAllText(_folder.At("plays.csv"), "user,item\na,x\nb,y\nb,x\n");
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--output", _folder.At("model"), "--rank", "1", "--device", "cpu");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("sha256", "null")]
    [TestCase("sha256", "{}")]
    [TestCase("sha256", """{"users.parquet": null}""")]
    [TestCase("xxh128", "{}")]
    [TestCase("xxh128", "[]")]
    [TestCase("xxh128", """{"users.parquet": null}""")]
    [TestCase("data", "null")]
    [TestCase("data.plays", "3e9")]
    [TestCase("data.plays", "3000000000")]
    [TestCase("data.plays", "-1")]
    [TestCase("data.users", "-1")]
    [TestCase("data.users", "2147483647")]
    [TestCase("data.items", "99999999999")]
    [TestCase("data.user_id_type", "\"Integer64\"")]
    [TestCase("data.user_id_type", "\"int64\"")]
    [TestCase("data.user_id_type", "77")]
    [TestCase("options.objective", "\"HuKorenVolinsky\"")]
    [TestCase("input", "null")]
    [TestCase("data.read", "null")]
    [TestCase("rank", "0")]
    [TestCase("rank", "2147483647")]
    [TestCase("options", "null")]
    [TestCase("device", "null")]
    [TestCase("iterations", "null")]
    [TestCase("format_version", "null")]
    [TestCase("format_version", "\"1\"")]
    public async Task Recommend_DamagedField_ExitsWithThree(string field, string value)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Manifest))!;
        var parts = field.Split('.');
        var parent = parts.Length == 1 ? manifest : manifest[parts[0]]!;
        parent[parts[^1]] = JsonNode.Parse(value);
        File.WriteAllText(Manifest, manifest.ToJsonString());

        await AssertRefusedAsync();
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[1]")]
    [TestCase("\0\0\0")]
    public async Task Recommend_DamagedText_ExitsWithThree(string text)
    {
        File.WriteAllText(Manifest, text);

        await AssertRefusedAsync();
    }

    [Test]
    public async Task Recommend_ManifestThatIsAFolder_ExitsWithThree()
    {
        File.Delete(Manifest);
        Directory.CreateDirectory(Manifest);

        await AssertRefusedAsync();
    }

    [Test]
    public async Task Recommend_ModelFileThatIsAFolder_ExitsWithThree()
    {
        File.Delete(_folder.At("model", "user_factors.npy"));
        Directory.CreateDirectory(_folder.At("model", "user_factors.npy"));

        await AssertRefusedAsync();
    }

    private string Manifest => _folder.At("model", "manifest.json");

    private async Task AssertRefusedAsync()
    {
        var run = await Tool.RunAsync("recommend", _folder.At("model"), "--device", "cpu");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.Error, Does.Contain(_folder.At("model")));
        Assert.That(run.Error, Does.Contain("gpuals train").Or.Contain("rain it again").Or.Contain("train again"));
    }
}
