using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using GpuAls.Tests.Connectors.S3;
using GpuAls.Tests.Modeling;

namespace GpuAls.Tests.Cli;

/// <summary><c>gpuals model info|verify|diff</c>, on local models and on S3.</summary>
public sealed class ModelCommandTests : SamplePlaysFixture
{
    private string Model => Folder.At("model");

    private string Other => Folder.At("other");

    [OneTimeSetUp]
    public async Task TrainModelsAsync()
    {
        await TrainAsync(TrainFile, Model, "3", "--validation", TestFile, "--require-metric", "recall@3>=0", "--loss");
        await TrainAsync(PlaysFile, Other, "5", "--seed", "7", "--solver", "cg");
    }

    [Test]
    public async Task Info_Model_ShowsHowItWasTrained()
    {
        var run = await Tool.SucceedAsync("model", "info", Model);

        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(Model, "manifest.json")))!;
        var recall = manifest["validation"]!["metrics"]!["recall@3"]!.GetValue<double>();
        Assert.That(
            run.Out,
            Does.Contain($"model       {Model}\n").And.Contain("data        720 rows: 60 users, ")
                .And.Match(@"\noptions     rank 3, .*, iterations 3, ").And.Match(@"\nloss        \d")
                .And.Match(@"\nndcg@10     0\.\d").And.Contain($"recall@3    {recall:G6}")
                .And.Match(@"\niterations  3, kept the one with the best ndcg@10: \d")
                .And.Match($@"\nheld out    {TestFile}, of \d+ users")
                .And.Match(@"\nsize        [\d.]+ \w+ in 9 files\n"));
    }

    [Test]
    public async Task Info_Json_HasTheManifestAndTheSizes()
    {
        var run = await Tool.SucceedAsync("model", "info", Model, "--format", "json");

        var json = JsonNode.Parse(run.Out)!;
        Assert.That(
            json["manifest"]!.ToJsonString(),
            Is.EqualTo(JsonNode.Parse(File.ReadAllText(Path.Combine(Model, "manifest.json")))!.ToJsonString()));
        foreach (var file in json["files"]!.AsArray())
            Assert.That(
                file!["bytes"]!.GetValue<long>(),
                Is.EqualTo(new FileInfo(Path.Combine(Model, file["name"]!.GetValue<string>())).Length));
        Assert.That(
            json["bytes"]!.GetValue<long>(),
            Is.EqualTo(Directory.GetFiles(Model).Sum(file => new FileInfo(file).Length)));
    }

    [Test]
    public async Task Verify_WholeModel_Succeeds()
    {
        var run = await Tool.SucceedAsync("model", "verify", Model);
        var json = await Tool.SucceedAsync("model", "verify", Model, "--format", "json");

        Assert.That(run.Out, Does.Match(@"user_factors\.npy +float32 \[60, 3\] +ok").And.Contain("' is whole."));
        Assert.That(JsonNode.Parse(json.Out)!["problems"]!.GetValue<int>(), Is.Zero);
        Assert.That(JsonNode.Parse(json.Out)!["files"]!.AsArray(), Has.Count.EqualTo(9));
    }

    [TestCase("item_factors.npy", "is missing")]
    [TestCase("_SUCCESS", "is missing: the model was not published whole")]
    [TestCase("recommendations.parquet", "was changed or damaged: its checksum is not the one in manifest.json")]
    [TestCase("plays_values.npy", "was changed or damaged")]
    [TestCase("users.parquet", "was changed or damaged")]
    public async Task Verify_DamagedFile_IsNamed(string file, string problem)
    {
        var damaged = Copy();
        var path = Path.Combine(damaged, file);
        if (problem.StartsWith("is missing", StringComparison.Ordinal)) File.Delete(path);
        else Change(path, bytes => bytes[bytes.Length / 2] ^= 1);

        var run = await Tool.RunAsync("model", "verify", damaged);

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Out, Does.Match($@"{file}.*{problem}"));
        Assert.That(run.Error, Does.Match($@"error: '{damaged}' has \d problems?: {file} {problem}"));
    }

    /// <summary>What has the right checksum can still be wrong, and all of it is reported.</summary>
    [Test]
    public async Task Verify_WrongContent_IsFoundBehindTheChecksum()
    {
        var damaged = Copy();
        Change(Path.Combine(damaged, "user_factors.npy"), bytes =>
        {
            MemoryMarshal.Write(bytes.AsSpan()[^4..], float.NaN);
            MemoryMarshal.Write(bytes.AsSpan()[^24..], float.PositiveInfinity);
        });
        Change(
            Path.Combine(damaged, "plays_indices.npy"), bytes => MemoryMarshal.Write(bytes.AsSpan()[^4..], 1 << 20));
        File.Copy(Path.Combine(damaged, "items.parquet"), Path.Combine(damaged, "users.parquet"), overwrite: true);
        SampleModel.Sign(damaged, "user_factors.npy", "plays_indices.npy", "users.parquet");

        var run = await Tool.RunAsync("model", "verify", damaged);

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(
            run.Out,
            Does.Contain("has 2 factors that are not finite, the first in row 58")
                .And.Match(@"users\.parquet .*has \d+ ids; the manifest says 60")
                .And.Match(@"plays_indptr\.npy .*is no matrix of plays with the other two files"));
        Assert.That(run.Error, Does.Contain("has 3 problems: user_factors.npy has 2 factors"));
    }

    [Test]
    public async Task Diff_OfItself_IsNone()
    {
        var run = await Tool.SucceedAsync("model", "diff", Model, Model, "--format", "json");

        var json = JsonNode.Parse(run.Out)!;
        Assert.That(json["options"]!.AsArray(), Is.Empty);
        Assert.That(json["users"]!["added"]!.GetValue<int>() + json["items"]!["removed"]!.GetValue<int>(), Is.Zero);
        var results = json["results"]!;
        Assert.That(results["users"]!.GetValue<int>(), Is.EqualTo(60));
        Assert.That(
            (results["shared"]!.GetValue<double>(), results["same"]!.GetValue<double>()), Is.EqualTo((1.0, 1.0)));
        Assert.That(results["score_correlation"]!.GetValue<double>(), Is.EqualTo(1).Within(1e-9));
    }

    /// <summary>Rotated factors are the same model: all scores are as they were.</summary>
    [Test]
    public async Task Diff_RotatedFactors_IsNone()
    {
        var rotated = Copy();
        foreach (var file in (string[])["user_factors.npy", "item_factors.npy"])
            Change(Path.Combine(rotated, file), bytes =>
            {
                var factors = MemoryMarshal.Cast<byte, float>(bytes.AsSpan()[128..]);
                for (var row = 0; row < factors.Length; row += 3)
                    (factors[row], factors[row + 1]) = (
                        (0.6f * factors[row]) - (0.8f * factors[row + 1]),
                        (0.8f * factors[row]) + (0.6f * factors[row + 1]));
            });
        SampleModel.Sign(rotated, "user_factors.npy", "item_factors.npy");

        var run = await Tool.SucceedAsync("model", "diff", Model, rotated);

        Assert.That(
            run.Out,
            Does.Contain("top-10 lists share 100.0 % of their items; 100.0 % have the same items, 100.0 % the same")
                .And.Contain("scores correlate by 1.0000"));
    }

    [Test]
    public async Task Diff_OtherModel_ShowsWhatDiffers()
    {
        var run = await Tool.SucceedAsync("model", "diff", Model, Other);

        Assert.That(
            run.Out,
            Does.Match(@"rank +3 +5\b").And.Match(@"seed +\d+ +7\b").And.Match(@"solver +cholesky +cg")
                .And.Match(@"plays +720 +900").And.Match(@"metric +ndcg@10").And.Match(@"recall@3 +0\.\d+")
                .And.Match(@"users: 0 added, 0 removed\nitems: \d added, 0 removed\n")
                .And.Match(@"top-10 lists share \d\d\.\d % of their items").And.Match(@"scores correlate by 0\.\d+")
                .And.Not.Match(@"alpha +"));
    }

    [Test]
    public async Task Commands_OnS3_ShowTheSame()
    {
        await using var s3 = S3Session.Start();
        var store = StoreFolder.Open("s3://music/models");
        foreach (var file in Directory.GetFiles(Model))
            await store.ReplaceAsync(
                $"2026-01-02/{Path.GetFileName(file)}", stream => stream.WriteAsync(File.ReadAllBytes(file)).AsTask(),
                default);
        await LatestModel.PointAsync(store, "2026-01-02", default);

        var info = await Tool.SucceedAsync("model", "info", "s3://music/models/latest");
        var local = await Tool.SucceedAsync("model", "info", Model);
        Assert.That(
            info.Out, Is.EqualTo(local.Out.Replace(Model, "s3://music/models/2026-01-02", StringComparison.Ordinal)));
        await Tool.SucceedAsync("model", "verify", "s3://music/models/latest");
        var diff = await Tool.SucceedAsync("model", "diff", "s3://music/models/latest", Model);
        Assert.That(diff.Out, Does.Contain("scores correlate by 1.0000"));

        await store.DeleteAsync("2026-01-02/items.parquet", default);
        var damaged = await Tool.RunAsync("model", "verify", "s3://music/models/latest");
        Assert.That(damaged.ExitCode, Is.EqualTo(3));
        Assert.That(damaged.Out, Does.Match(@"items\.parquet .*is missing"));
    }

    [TestCase("model", 0, "Usage: gpuals model COMMAND", "model verify  Read all of a saved model")]
    [TestCase("model --help", 0, "Usage: gpuals model COMMAND", "model diff    Show how")]
    [TestCase("model info --help", 0, "Usage: gpuals model info MODEL [options]", "--format text|json")]
    [TestCase("model inof", 2, "unknown command 'model inof'. Did you mean model info?", "See gpuals model --help.")]
    [TestCase("modle info", 2, "unknown command 'modle'. Did you mean model?", "See gpuals --help.")]
    [TestCase("model info", 2, "MODEL is missing. Usage: gpuals model info MODEL", "See gpuals model info --help.")]
    [TestCase("model info a b", 2, "unexpected argument 'b'. Usage: gpuals model info MODEL", "")]
    [TestCase("model info nowhere", 3, "there is no model in 'nowhere'", "")]
    public async Task Model_CommandLine_IsHelpedWith(string line, int exitCode, string first, string second)
    {
        var run = await Tool.RunAsync(line.Split(' '));

        Assert.That(run.ExitCode, Is.EqualTo(exitCode));
        Assert.That(run.Out + run.Error, Does.Contain(first).And.Contain(second));
    }

    private static Task<ToolRun> TrainAsync(string plays, string output, string rank, params string[] options) =>
        Tool.SucceedAsync(
        [
            "train", plays, "--output", output, "--rank", rank, "--iterations", "3", "--device", "cpu", .. options,
        ]);

    /// <summary>A copy of the model that a test may change.</summary>
    private string Copy()
    {
        var copy = Directory.CreateDirectory(Folder.At($"copy-{Guid.NewGuid():N}")).FullName;
        foreach (var file in Directory.GetFiles(Model)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    private static void Change(string path, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }
}
