using System.Text.Json.Nodes;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Formats;

/// <summary>
/// <c>gpuals export</c> and <c>gpuals import</c>, with files that Spark, implicit, safetensors, Faiss and gensim wrote.
/// </summary>
public sealed class ExchangeCommandTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("spark-4.0.1", "pipeline")]
    [TestCase("spark-3.5.9", "pipeline")]
    public async Task Import_PipelineOfSpark_GivesTheListsOfSpark(string version, string name)
    {
        var model = await ImportAsync("spark", Case(version, name));

        await AssertListsAsync(Case(version, "recommendForAllUsers.jsonl"), model, "--include-played");
    }

    [Test]
    public async Task Import_AlsModelOfSpark_HasItsNumbersForIds()
    {
        var (als, pipeline) = (Case("spark-4.0.1", "als-model"), Case("spark-4.0.1", "pipeline"));
        var (numbers, named) = (await ImportAsync("spark", als), await ImportAsync("spark", pipeline));

        var one = await Tool.SucceedAsync("recommend", numbers, "--user", "0", "--include-played");
        var first = await FirstUserAsync(named);
        var other = await Tool.SucceedAsync("recommend", named, "--user", first, "--include-played");

        Assert.That(one.Out.Split('\n')[1], Does.Match(@"^0,\d+,1,"));
        Assert.That(Scores(one.Out), Is.EqualTo(Scores(other.Out)));
    }

    [Test]
    public async Task Import_ModelOfImplicit_GivesTheListsOfImplicit()
    {
        var model = await ImportOfImplicitAsync();

        await AssertListsAsync(Case("others", "implicit-recommend.jsonl"), model);
    }

    [TestCase("npy", "")]
    [TestCase("safetensors", "factors.safetensors")]
    public async Task Import_FactorsOfImplicitInAnotherFormat_AreTheSame(string format, string file)
    {
        var source = Case("others", file);

        var model = await ImportAsync(format, source, IdFile(_folder, "users"), IdFile(_folder, "items"));

        foreach (var array in (string[])["user_factors.npy", "item_factors.npy"])
            Assert.That(
                File.ReadAllBytes(Path.Combine(model, array))[^256..],
                Is.EqualTo(File.ReadAllBytes(Case("others", array))[^256..]));
    }

    [TestCase("faiss", "items-IndexFlatIP.faiss")]
    [TestCase("word2vec", "items.word2vec.txt")]
    [TestCase("safetensors", "factors.safetensors")]
    public async Task Export_ModelOfImplicit_IsWhatTheOtherProgramWrote(string format, string file)
    {
        var model = await ImportOfImplicitAsync();

        await Tool.SucceedAsync("export", model, "--format", format, "--output", _folder.At("out"));

        Assert.That(File.ReadAllBytes(_folder.At("out")), Is.EqualTo(File.ReadAllBytes(Case("others", file))));
    }

    [Test]
    public async Task Export_ModelOfImplicit_HasTheArraysThatImplicitWrote()
    {
        var model = await ImportOfImplicitAsync();

        await Tool.SucceedAsync("export", model, "--format", "implicit", "--output", _folder.At("out.npz"));

        var (written, theirs) =
            (Archive(_folder.At("out.npz")), Archive(Case("others", "implicit-0.7.3-als.npz")));
        Assert.That(written.Keys, Is.EqualTo(theirs.Keys));
        string[] ofTheRun = ["iterations.npy", "num_threads.npy", "random_state.npy", "use_cg.npy"];
        foreach (var name in theirs.Keys.Except(ofTheRun))
            Assert.That(written[name], Is.EqualTo(theirs[name]), name);
        foreach (var name in theirs.Keys)
            Assert.That(written[name].Length, Is.EqualTo(theirs[name].Length), name);
    }

    [Test]
    public async Task Export_Spark_HasTheLayoutOfSpark()
    {
        var model = await ImportOfImplicitAsync();

        await Tool.SucceedAsync("export", model, "--format", "spark", "--output", _folder.At("out"));

        var als = Metadata(_folder.At("out", "stages", "2_ALS_gpuals"));
        var theirs = Metadata(Directory.GetDirectories(Case("spark-4.0.1", "pipeline", "stages"), "2_*")[0]);
        Assert.That(als.Select(pair => pair.Key), Is.EqualTo(theirs.Select(pair => pair.Key)));
        Assert.That(als["class"]!.GetValue<string>(), Is.EqualTo(theirs["class"]!.GetValue<string>()));
        Assert.That(als["rank"]!.GetValue<int>(), Is.EqualTo(8));
        Assert.That(
            als["defaultParamMap"]!.AsObject().Select(pair => pair.Key),
            Is.EquivalentTo(theirs["defaultParamMap"]!.AsObject().Select(pair => pair.Key)));
        var back = await ImportAsync("spark", _folder.At("out"));
        Assert.That(
            (await Tool.SucceedAsync("recommend", back, "--include-played")).Out,
            Is.EqualTo((await Tool.SucceedAsync("recommend", model, "--include-played")).Out));
    }

    [Test]
    public async Task Export_OverAFolderThatIsNoModelOfSpark_IsRefused()
    {
        var model = await ImportOfImplicitAsync();
        Directory.CreateDirectory(_folder.At("out"));
        File.WriteAllText(_folder.At("out", "notes.txt"), "mine");

        var run = await Tool.RunAsync(
            "export", model, "--format", "spark", "--output", _folder.At("out"), "--overwrite");

        Assert.That(run.ExitCode, Is.EqualTo(5));
        Assert.That(run.Error, Does.Contain("is not a model of Spark"));
        Assert.That(File.ReadAllText(_folder.At("out", "notes.txt")), Is.EqualTo("mine"));
    }

    [Test]
    public async Task Import_IdsOfAnotherNumber_AreRefused()
    {
        File.WriteAllText(_folder.At("ids"), "a\nb\n");

        var run = await Tool.RunAsync(
            "import", Case("others", "implicit-0.7.3-als.npz"), "--format", "implicit", "--output", _folder.At("m"),
            "--user-ids", _folder.At("ids"));

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("has 2 ids; expected 60, one for each row of factors"));
        Assert.That(Directory.Exists(_folder.At("m")), Is.False);
    }

    [Test]
    public async Task Import_PlaysWithOtherIds_AreRefused()
    {
        var run = await Tool.RunAsync(
            "import", Case("others", "implicit-0.7.3-als.npz"), "--format", "implicit", "--output", _folder.At("m"),
            "--plays", Case("plays", "truth.csv"));

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("none of the plays is of a user and an item of the model"));
    }

    [Test]
    public async Task Evaluate_ModelThatWasImportedWithoutPlays_IsRefused()
    {
        var model = await ImportAsync("spark", Case("spark-4.0.1", "pipeline"));

        var run = await Tool.RunAsync("evaluate", "--model", model, "--test", Case("plays", "truth.csv"));

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("Import it with --plays"));
    }

    [Test]
    public async Task Export_SideOfAFormatWithBoth_IsRefused()
    {
        var run = await Tool.RunAsync("export", "m", "--format", "spark", "--side", "users", "--output", "o");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--side requires --format faiss, hnswlib or word2vec"));
    }

    /// <summary>A file or folder that another program wrote; skips the test if it is absent.</summary>
    internal static string Case(params string[] parts) =>
        SharedData.Require(["cases", .. parts.Where(part => part.Length > 0)]);

    private Task<string> ImportOfImplicitAsync() => ImportAsync(
        "implicit", Case("others", "implicit-0.7.3-als.npz"), IdFile(_folder, "users"), IdFile(_folder, "items"),
        "--plays", Case("plays", "truth.csv"), "--weight-column", "plays");

    private async Task<string> ImportAsync(string format, string source, params string[] options)
    {
        var model = _folder.At($"model-{Guid.NewGuid():N}");
        await Tool.SucceedAsync(["import", source, "--format", format, "--output", model, .. options]);
        await Tool.SucceedAsync("model", "verify", model);
        return model;
    }

    /// <summary>The option for the ids of a side, from the file that has those of both.</summary>
    internal static string IdFile(TempFolder folder, string side)
    {
        var ids = JsonNode.Parse(File.ReadAllText(Case("others", "ids.json")))![side]!.AsArray();
        File.WriteAllLines(folder.At($"{side}.txt"), ids.Select(id => id!.GetValue<string>()));
        return $"--{side[..^1]}-ids={folder.At($"{side}.txt")}";
    }

    private async Task AssertListsAsync(string expected, string model, params string[] options)
    {
        var lists = _folder.At("lists.jsonl");
        await Tool.SucceedAsync(["recommend", model, "--top", "10", "--output", lists, "--overwrite", .. options]);
        var ours = File.ReadLines(lists).Select(line => JsonNode.Parse(line)!)
            .ToDictionary(list => list["user"]!.GetValue<string>(), list => list["items"]!.AsArray());
        var theirs = File.ReadLines(expected).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.That(ours, Has.Count.EqualTo(theirs.Length));
        foreach (var list in theirs)
        {
            var found = ours[list["user"]!.GetValue<string>()];
            Assert.That(
                found.Select(one => one!["item"]!.GetValue<string>()),
                Is.EqualTo(list["items"]!.AsArray().Select(item => item!.GetValue<string>())));
            Assert.That(
                found.Select(one => one!["score"]!.GetValue<double>()),
                Is.EqualTo(list["scores"]!.AsArray().Select(score => score!.GetValue<double>())).Within(1e-5));
        }
    }

    private static async Task<string> FirstUserAsync(string model)
    {
        var lists = await Tool.SucceedAsync("recommend", model, "--top", "1", "--include-played");
        return lists.Out.Split('\n')[1].Split(',')[0];
    }

    private static string[] Scores(string csv) =>
        [.. csv.Trim().Split('\n').Skip(1).Select(line => line.Split(',')[^1])];

    private static JsonObject Metadata(string stage) =>
        JsonNode.Parse(File.ReadAllText(
            Directory.GetFiles(Path.Combine(stage, "metadata"), "part-*").Single()))!.AsObject();

    private static SortedDictionary<string, byte[]> Archive(string path)
    {
        using var archive = System.IO.Compression.ZipFile.OpenRead(path);
        var arrays = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var entry in archive.Entries)
        {
            using var from = entry.Open();
            var bytes = new MemoryStream();
            from.CopyTo(bytes);
            arrays.Add(entry.FullName, bytes.ToArray());
        }

        return arrays;
    }
}
