using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Modeling;

/// <summary>A small model with random factors: 5 users, 7 items, rank 3; user 2 has no plays.</summary>
internal static class SampleModel
{
    public const int Rank = 3;

    public static FactorModel Create(IdIndex? users = null, IdIndex? items = null)
    {
        var plays = TestMatrices.Plays(7, [2, 3, 0, 1, 7], seed: 3);
        return FactorArrays.Model(
            users ?? new IdIndex<string>(["ada", "bob \"b\", jr", "cleo", "dana", "émile"]),
            items ?? new IdIndex<long>([10, 20, 30, 40, 50, 60, 70]),
            plays, new AlsOptions { Rank = Rank, Objective = Objective.Ials },
            TestMatrices.Factors(5, Rank, seed: 1), TestMatrices.Factors(7, Rank, seed: 2));
    }

    public static ModelManifest Manifest(FactorModel model) => new()
    {
        FormatVersion = ModelManifest.CurrentFormatVersion,
        GpualsVersion = "1.2.3",
        StartedAt = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        Seconds = 1.5,
        Input = new ManifestInput
        {
            Locations = ["plays/"],
            UserColumn = "user",
            ItemColumn = "item",
            WeightColumn = "plays",
            OnBadRow = OnBadRow.Skip,
        },
        Rank = model.Rank,
        Preset = "ials",
        Lists = new ManifestLists { Top = 10, IncludePlayed = false, File = null },
        Options = model.Options,
        Data = new DataStatistics
        {
            Users = model.Users.Count,
            Items = model.Items.Count,
            Plays = model.Plays.EntryCount,
            UsersWithoutPlays = 1,
            UserIdType = model.Users.Type,
            ItemIdType = model.Items.Type,
            Read = new ReadStatistics { Files = 1, Rows = 13, ZeroWeightRows = 0, BadRows = 0 },
        },
        Device = "cpu (test)",
        Iterations = [new IterationReport(1, 0.5, 12.25, 3, 0)],
        TimingsSeconds = new Dictionary<string, double> { ["train"] = 0.5 },
        Sha256 = new Dictionary<string, string>(),
    };

    /// <summary>The manifest of a model in a local folder.</summary>
    public static ModelManifest ReadManifest(string folder) =>
        ModelReader.ReadManifestAsync(folder).GetAwaiter().GetResult();

    /// <summary>Writes a model into a folder, in place of one that is there.</summary>
    public static async Task WriteAsync(FactorModel model, string folder)
    {
        await using var output = new ChecksummedOutput(
            await OutputLocation.Of(folder)
                .OpenFolderAsync(overwrite: true, (_, _) => default, CancellationToken.None));
        await WriteAsync(model, output);
        await output.CommitAsync(CancellationToken.None);
    }

    /// <summary>Writes a model and its manifest into an output, without the commit.</summary>
    public static Task WriteAsync(FactorModel model, ChecksummedOutput output) =>
        ModelWriter.WriteAsync(
            model, output, () => Task.FromResult(Manifest(model)), lists: null, CancellationToken.None);

    /// <summary>Puts the checksums of files as they are now into the manifest.</summary>
    public static void Sign(string model, params string[] files)
    {
        var path = Path.Combine(model, ModelFiles.Manifest);
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(Path.Combine(model, file));
            manifest["sha256"]![file] = Convert.ToHexStringLower(SHA256.HashData(bytes));
            manifest["xxh128"]![file] = Convert.ToHexStringLower(XxHash128.Hash(bytes));
        }

        File.WriteAllText(path, manifest.ToJsonString());
    }
}
