using System.Text.Json.Nodes;
using GpuAls.Formats;
using GpuAls.Tests.Cli;
using Parquet.Serialization;

namespace GpuAls.Tests.Formats;

/// <summary>What <c>gpuals import</c> is told beside the model: indexers, ids in tables, options.</summary>
public sealed class ImportOptionTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Indexers_OfAnAlsModel_NameItsIds()
    {
        var (als, indexers) = (Case("spark-4.0.1", "als-model"), Case("spark-4.0.1", "indexers"));
        var stages = Directory.GetDirectories(Path.Combine(indexers, "stages"));
        var pipeline = await ImportAsync("spark", Case("spark-4.0.1", "pipeline"));
        var lists = await ListsAsync(pipeline);

        var together = await ImportAsync("spark", als, "--indexers", indexers);
        var apart = await ImportAsync("spark", als, "--indexers", stages[1], "--indexers", stages[0]);

        Assert.That(await ListsAsync(together), Is.EqualTo(lists));
        Assert.That(await ListsAsync(apart), Is.EqualTo(lists));
        Assert.That(
            await FailAsync("spark", als, "--indexers", stages[0]),
            Does.Match("is an ALSModel of the column '[^']+'; the indexers make the columns '[^']+'\\."));
    }

    /// <summary>Since Spark 3, one indexer can have several columns.</summary>
    [Test]
    public async Task Indexers_OneOfBothColumns_NamesTheIds()
    {
        var model = await ImportAsync("spark", Case("spark-4.0.1", "pipeline"));
        await Tool.SucceedAsync("export", model, "--format", "spark", "--output", _folder.At("spark"));
        var (users, items) = (await IdsAsync(model, "user"), await IdsAsync(model, "item"));
        Directory.CreateDirectory(_folder.At("both", "metadata"));
        Directory.CreateDirectory(_folder.At("both", "data"));
        File.WriteAllText(
            _folder.At("both", "metadata", "part-00000"),
            """
            {"class":"org.apache.spark.ml.feature.StringIndexerModel","uid":"both","paramMap":
            {"inputCols":["item","user"],"outputCols":["item_index","user_index"]},"defaultParamMap":{}}
            """.ReplaceLineEndings(""));
        await using (var data = File.Create(_folder.At("both", "data", "part-00000.parquet")))
            await ParquetSerializer.SerializeAsync(
                [new SparkParquet.Labels { labelsArray = [[.. items], [.. users]] }], data);

        var again = await ImportAsync(
            "spark", _folder.At("spark", "stages", "2_ALS_gpuals"), "--indexers", _folder.At("both"));

        Assert.That(await ListsAsync(again), Is.EqualTo(await ListsAsync(model)));
    }

    [Test]
    public async Task Indexers_WithTheSameLabelTwice_AreRefused()
    {
        var model = await ImportAsync("spark", Case("spark-4.0.1", "pipeline"));
        await Tool.SucceedAsync("export", model, "--format", "spark", "--output", _folder.At("spark"));
        var users = await IdsAsync(model, "user");
        users[1] = users[0];
        await using (var data = File.Create(
            Directory.GetFiles(_folder.At("spark", "stages", "0_StringIndexer_users", "data"), "part-*").Single()))
            await ParquetSerializer.SerializeAsync([new SparkParquet.Labels { labelsArray = [[.. users]] }], data);

        Assert.That(await FailAsync("spark", _folder.At("spark")), Does.Contain($"has the id '{users[0]}' twice"));
    }

    [Test]
    public async Task Ids_FromTables_AreThoseOfTextFiles()
    {
        var npz = Case("others", "implicit-0.7.3-als.npz");
        string[] lines =
            [ExchangeCommandTests.IdFile(_folder, "users"), ExchangeCommandTests.IdFile(_folder, "items")];
        var model = await ImportAsync("implicit", npz, lines);
        var items = await IdsAsync(model, "item");
        File.WriteAllLines(_folder.At("items.csv"), ["title,key", .. items.Select(id => $"\"a, b\",{id}")]);
        File.WriteAllLines(_folder.At("items.jsonl"), items.Select(id => $$"""{"key":"{{id}}"}"""));

        foreach (var (file, column) in ((string, string)[])
            [("items.csv", "key"), ("items.jsonl", "key"), (Path.Combine(model, "items.parquet"), "id")])
        {
            var other = await ImportAsync(
                "implicit", npz, lines[0], "--item-ids", _folder.At(file), "--id-column", column);
            Assert.That(await ListsAsync(other), Is.EqualTo(await ListsAsync(model)), file);
        }

        File.WriteAllLines(_folder.At("twice.csv"), ["id", .. items.SkipLast(1), items[0]]);
        Assert.That(
            await FailAsync("implicit", npz, "--item-ids", _folder.At("twice.csv")), Does.Contain("'item-00' twice"));
        Assert.That(
            await FailAsync("implicit", npz, "--item-ids", _folder.At("items.csv")), Does.Contain("'id'"));
    }

    [Test]
    public async Task Options_OfTheTraining_AreThoseOfTheModel()
    {
        var pipeline = Case("spark-4.0.1", "pipeline");

        var told = await ImportAsync(
            "spark", pipeline, "--alpha", "2", "--regularization", "0.05", "--plays", Case("plays", "truth.csv"),
            "--weight-column", "plays");
        var ratings = await ImportAsync(
            "spark", pipeline, "--feedback", "explicit", "--plays", Case("plays", "truth.csv"), "--weight-column",
            "plays");

        var options = Options(told);
        Assert.That(
            ((double)options["alpha"]!, (double)options["regularization"]!, (string)options["feedback"]!),
            Is.EqualTo((2.0, 0.05, "implicit")));
        Assert.That((string)Options(ratings)["feedback"]!, Is.EqualTo("explicit"));
        var measured = await Tool.RunAsync(
            "evaluate", "--model", ratings, "--test", Case("plays", "truth.csv"), "--weight-column", "plays");
        Assert.That(measured.Error, Does.Contain("all 665 test pairs are also training pairs"));
        File.WriteAllLines(_folder.At("new.csv"), ["user,item,plays", "new,item-00,5", "new,item-01,1"]);
        var folded = await Tool.SucceedAsync("recommend", ratings, "--plays", _folder.At("new.csv"), "--top", "2");
        Assert.That(folded.Lines, Has.Length.EqualTo(3));
    }

    [TestCase("implicit", "--alpha", "2", "--alpha cannot be used with --format implicit")]
    [TestCase("implicit", "--feedback", "explicit", "--feedback cannot be used with --format implicit")]
    [TestCase("npy", "--indexers", "x", "--indexers requires --format spark")]
    [TestCase("spark", "--item-factors", "x", "--item-factors requires --format npy, parquet or arrow")]
    [TestCase("spark", "--id-column", "x", "--id-column requires --format parquet or arrow, --user-ids or --item-ids")]
    public async Task Option_OfAnotherFormat_IsRefused(string format, string option, string value, string message)
    {
        var run = await Tool.RunAsync("import", "m", "--format", format, "--output", "o", option, value);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain(message));
    }

    private static string Case(params string[] parts) => ExchangeCommandTests.Case(parts);

    private async Task<string> ImportAsync(string format, string source, params string[] options)
    {
        var model = _folder.At($"model-{Guid.NewGuid():N}");
        await Tool.SucceedAsync(["import", source, "--format", format, "--output", model, .. options]);
        await Tool.SucceedAsync("model", "verify", model);
        return model;
    }

    private async Task<string> FailAsync(string format, string source, params string[] options)
    {
        var run = await Tool.RunAsync(
            ["import", source, "--format", format, "--output", _folder.At("none"), .. options]);
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(Directory.Exists(_folder.At("none")), Is.False);
        return run.Error;
    }

    private static async Task<string> ListsAsync(string model) =>
        (await Tool.SucceedAsync("recommend", model, "--include-played")).Out;

    private static async Task<string[]> IdsAsync(string directory, string side)
    {
        var model = await FactorModel.LoadAsync(directory);
        var ids = side == "user" ? model.Users : model.Items;
        return [.. Enumerable.Range(0, ids.Count).Select(ids.Format)];
    }

    private static JsonNode Options(string model) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(model, "manifest.json")))!["options"]!;
}
