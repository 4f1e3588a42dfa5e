using CsCheck;
using GpuAls.App;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests;

/// <summary>
/// Factor matrices in blocks of a few entries, as those of more than 2³¹ entries are in blocks of 2²⁸: what they hold,
/// and that every file that the tool writes has the same bytes.
/// </summary>
[NonParallelizable]
public sealed class FactorMatrixTests
{
    private const int FewEntries = 50;

    private readonly int _entries = FactorMatrix.BlockEntries;

    [TearDown]
    public void TakeBlocksOfBefore() => FactorMatrix.BlockEntries = _entries;

    [Test]
    public void Rows_OfAnyShape_AreThoseOfTheArray() => Gen.Select(
        Gen.Int[0, 60], Gen.Int[1, 20], Gen.Int[1, 100], Gen.Int[0, 59], Gen.Int[0, 60]).Sample(
        (rowCount, rank, entries, start, count) =>
        {
            FactorMatrix.BlockEntries = entries;
            float[] values = [.. Enumerable.Range(0, rowCount * rank)];

            var matrix = FactorMatrix.Of(values, rank);

            Assert.That((matrix.RowCount, matrix.Rank, matrix.Length), Is.EqualTo((rowCount, rank, values.Length)));
            Assert.That(matrix.ToArray(), Is.EqualTo(values));
            for (var row = 0; row < rowCount; row++)
                Assert.That(matrix[row].ToArray(), Is.EqualTo(values[(row * rank)..((row + 1) * rank)]));
            var range = new RowRange(Math.Min(start, rowCount), Math.Min(count, rowCount - Math.Min(start, rowCount)));
            Assert.That(
                matrix.Rows(range).ToArray(),
                Is.EqualTo(values.AsSpan(range.Start * rank, range.Count * rank).ToArray()));
            Assert.That(
                matrix.Blocks.Select(block => block.Rows.Count * rank),
                Is.All.LessThanOrEqualTo(Math.Max(rank, entries)));
            Assert.That(
                matrix.Blocks.SelectMany(block => Enumerable.Range(block.Rows.Start, block.Rows.Count)),
                Is.EqualTo(Enumerable.Range(0, rowCount)));
        }, threads: 1);

    [Test]
    public void Gather_RowsAndNone_GivesThemAndZeros()
    {
        FactorMatrix.BlockEntries = 4;
        var matrix = FactorMatrix.Of([1, 2, 3, 4, 5, 6], 2);

        Assert.That(matrix.Gather([2, -1, 0]).ToArray(), Is.EqualTo(new float[] { 5, 6, 0, 0, 1, 2 }));
        Assert.That(matrix.Copied(4).ToArray(), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6, 0, 0 }));
        Assert.That(matrix.Copied(1).ToArray(), Is.EqualTo(new float[] { 1, 2 }));
    }

    [Test]
    public void Row_ThatIsNotThere_IsRefused()
    {
        var matrix = new FactorMatrix(3, 2);

        foreach (var row in (int[])[-1, 3, int.MaxValue])
            Assert.That(() => matrix[row].Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => FactorMatrix.Of([1, 2, 3], 2), Throws.ArgumentException);
    }

    /// <summary>Every entry, in any block, is looked at.</summary>
    [Test]
    public void HasOutside_AnyEntry_IsFound()
    {
        FactorMatrix.BlockEntries = 6;
        var matrix = new FactorMatrix(20, 3);
        Assert.That(matrix.HasOutside(0, 1), Is.False);
        foreach (var bad in (float[])[-1, 2, float.NaN, float.PositiveInfinity])
            for (var entry = 0; entry < matrix.Length; entry++)
            {
                matrix.Row(entry / 3)[entry % 3] = bad;
                Assert.That(matrix.HasOutside(0, 1), Is.True);
                matrix.Row(entry / 3)[entry % 3] = 0;
            }
    }

    [Test]
    public async Task Tool_FactorsInManyBlocks_WritesTheBytesOfOne()
    {
        using var folder = new TempFolder();
        foreach (var (file, seed) in ((string, long)[])[("plays.csv", 1), ("later.csv", 2)])
            await SampleJob.RunAsync(new SampleJobOptions
            {
                Sample = new SampleOptions { Users = 200, Items = 70, Plays = 3_000, Seed = seed },
                Output = folder.At(file),
            });

        await RunAllAsync();
        Directory.Move(folder.At("files"), folder.At("one"));
        FactorMatrix.BlockEntries = FewEntries;
        await RunAllAsync();
        Directory.Move(folder.At("files"), folder.At("many"));

        var one = Files("one");
        Assert.That(one, Has.Count.GreaterThan(20));
        var many = Files("many");
        Assert.That(many.Keys, Is.EquivalentTo(one.Keys));
        foreach (var (file, bytes) in many) Assert.That(bytes, Is.EqualTo(one[file]), file);

        async Task RunAllAsync()
        {
            string At(string file) => folder.At("files", file);
            Directory.CreateDirectory(folder.At("files"));
            string[] plays = [folder.At("plays.csv"), "--weight-column", "plays", "--device", "cpu", "--rank", "7"];
            await Tool.SucceedAsync(
                [
                    "train", .. plays, "--iterations", "4", "--output", At("model"), "--loss", "--checkpoint",
                    At("checkpoints"), "--checkpoint-every", "2",
                ]);
            await Tool.SucceedAsync(
                [
                    "train", .. plays, "--iterations", "4", "--output", At("warm"), "--warm-start", At("model"),
                    "--solver", "cg", "--validation-fraction", "0.2",
                ]);
            await Tool.SucceedAsync("recommend", At("model"), "--output", At("lists.csv"), "--diversify", "0.3");
            await Tool.SucceedAsync(
                "recommend", At("model"), "--plays", folder.At("plays.csv"), "--output", At("folded.csv"));
            await Tool.SucceedAsync("similar", At("model"), "--all", "--output", At("similar.csv"));
            await Tool.SucceedAsync(
                "evaluate", "--model", At("model"), "--model", At("warm"), "--test", folder.At("later.csv"),
                "--output", At("metrics.csv"), "--device", "cpu");
            await Tool.SucceedAsync(
                "update", At("model"), "--plays", folder.At("plays.csv"), "--output", At("updated"), "--device", "cpu");
            foreach (var format in (string[])["parquet", "arrow", "spark"])
                await Tool.SucceedAsync("export", At("model"), "--format", format, "--output", At(format));
            foreach (var format in (string[])["safetensors", "implicit", "onnx", "faiss", "hnswlib"])
                await Tool.SucceedAsync("export", At("model"), "--format", format, "--output", At($"file.{format}"));
            foreach (var format in (string[])["parquet", "arrow", "spark"])
                await Tool.SucceedAsync("import", At(format), "--format", format, "--output", At($"from-{format}"));
            await Tool.SucceedAsync("model", "verify", At("updated"));
        }

        Dictionary<string, byte[]> Files(string name) => Directory
            .EnumerateFiles(folder.At(name), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != ModelFiles.Manifest)
            .ToDictionary(file => Path.GetRelativePath(folder.At(name), file), File.ReadAllBytes);
    }
}
