using System.Text.Json.Nodes;

namespace GpuAls.Tests.Cli;

/// <summary>Each kind of bad input: its exit code, a message that says what to do, and nothing left behind.</summary>
public sealed class BadInputTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("user,item\na,x\n", "--user-column listener", "listener", "user, item")]
    [TestCase("user,item\na,x\nb,y\n", "--weight-column plays", "plays", "user, item")]
    [TestCase("", "", "empty")]
    [TestCase("user,item\n", "", "no rows")]
    [TestCase("user,item\na,x\n,y\nb,y\n", "", "line 3", "--on-bad-row skip")]
    [TestCase("user,item,w\na,x,1\nb,y,NaN\n", "--weight-column w", "line 3", "NaN", "--on-bad-row skip")]
    [TestCase("user,item,w\na,x,1\nb,y,inf\n", "--weight-column w", "line 3", "--on-bad-row skip")]
    [TestCase("user,item,w\na,x,1\nb,y,lots\n", "--weight-column w", "line 3", "lots", "--on-bad-row skip")]
    [TestCase("user,item\na,x\na,y\n", "", "1 user")]
    [TestCase("user,item\na,x\nb,x\n", "", "1 item")]
    [TestCase("user,item\na,x\nb,y\n", "", "--rank 64", "2")]
    [TestCase("user,item,w\na,x,0\nb,y,0\n", "--weight-column w", "0")]
    [TestCase("user,item,w\na,x,3e38\na,x,3e38\nb,y,1\n", "--weight-column w", "user 'a' and item 'x' add up to more")]
    public async Task Train_BadPlays_ExitWithThree(string text, string options, params string[] expected)
    {
        File.WriteAllText(_folder.At("plays.csv"), text);

        var more = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await AssertFailsAsync(
            3, expected, ["train", _folder.At("plays.csv"), "--output", _folder.At("model"), .. more]);
    }

    [Test]
    public async Task Train_MissingFile_ExitsWithThree() =>
        await AssertFailsAsync(
            3, ["nowhere.csv"], ["train", _folder.At("nowhere.csv"), "--output", _folder.At("model")]);

    [TestCase("train nowhere.csv --output MODEL")]
    [TestCase("evaluate nowhere.csv")]
    [TestCase("tune nowhere.csv --rank 8,9")]
    [TestCase("recommend nowhere")]
    public async Task MissingInput_PrintsNothingButTheError(string command)
    {
        var run = await Tool.RunAsync(command.Replace("MODEL", _folder.At("model")).Split(' '));

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.StartWith("error: "));
        Assert.That(run.Error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
    }

    [TestCase(10)]
    [TestCase(60)]
    [TestCase(-10)]
    public async Task Train_TruncatedParquet_ExitsWithThree(int length)
    {
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("whole.parquet"), "--users", "40", "--items", "30", "--plays", "300");
        var bytes = File.ReadAllBytes(_folder.At("whole.parquet"));
        File.WriteAllBytes(_folder.At("cut.parquet"), bytes[..(length > 0 ? length : bytes.Length + length)]);

        await AssertFailsAsync(
            3, ["cut.parquet"], ["train", _folder.At("cut.parquet"), "--output", _folder.At("model")]);
    }

    [Test]
    public async Task Train_CorruptParquetPages_ExitWithThree()
    {
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("plays.parquet"), "--users", "40", "--items", "30", "--plays", "300");
        var bytes = File.ReadAllBytes(_folder.At("plays.parquet"));
        bytes.AsSpan(4, 600).Fill(0xA5);
        File.WriteAllBytes(_folder.At("plays.parquet"), bytes);

        await AssertFailsAsync(
            3, ["plays.parquet"], ["train", _folder.At("plays.parquet"), "--output", _folder.At("model")]);
    }

    [Test]
    public async Task Train_SkippedBadRows_AreCounted()
    {
        File.WriteAllText(_folder.At("plays.csv"), "user,item,w\na,x,1\n,y,1\nb,y,NaN\nb,y,2\n");

        var run = await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--weight-column", "w", "--output", _folder.At("model"), "--rank", "1",
            "--on-bad-row", "skip");

        Assert.That(run.Error, Does.Contain("2 bad rows were skipped"));
    }

    [Test]
    public async Task Train_PairsThatCancel_AreCountedInTheLogAndTheManifest()
    {
        File.WriteAllText(_folder.At("plays.csv"), "user,item,w\na,x,1\na,y,2\na,y,-2\nb,y,2\n");

        var run = await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--weight-column", "w", "--output", _folder.At("model"), "--rank", "1");

        Assert.That(run.Error, Does.Contain("1 pair of a user and an item was left out"));
        var manifest = JsonNode.Parse(File.ReadAllText(_folder.At("model", "manifest.json")))!;
        Assert.That((int)manifest["data"]!["cancelled_pairs"]!, Is.EqualTo(1));
    }

    [TestCase("train PLAYS", "--output")]
    [TestCase("train PLAYS --output MODEL --rank many", "many")]
    [TestCase("train PLAYS --output MODEL --rank 2049", "2048")]
    [TestCase("train PLAYS --output MODEL --iterations 0", "--iterations")]
    [TestCase("train PLAYS --output MODEL --alpha -1", "--alpha")]
    [TestCase("train PLAYS --output MODEL --regularization NaN", "--regularization")]
    [TestCase("train PLAYS --output MODEL --device gpu", "auto, cpu, cuda")]
    [TestCase("train PLAYS --output MODEL --top 0", "1024")]
    [TestCase("train PLAYS --output MODEL --top 1025", "1024")]
    [TestCase("train PLAYS --output MODEL --recommendations lists.txt", ".parquet, .csv or .jsonl")]
    [TestCase("train PLAYS --output MODEL --delimiter ab", "no letters, digits or quotes")]
    [TestCase("train PLAYS --output MODEL --delimiter a", "--delimiter is 'a'")]
    [TestCase("train PLAYS --output MODEL --user-column item", "--user-column and --item-column are both 'item'")]
    [TestCase("train PLAYS --output MODEL --speed 9", "--speed")]
    [TestCase("sample --output SAMPLE.txt", ".parquet, .csv or .tsv")]
    [TestCase("demo --device emulated", "choose another device")]
    [TestCase("train PLAYS --output MODEL --alpha 1,5", "--alpha is '1,5'; expected a number such as 0.5")]
    [TestCase("train PLAYS --output MODEL --regularization 0,01", "--regularization is '0,01'; expected a number")]
    [TestCase("train PLAYS --output MODEL --rank 1,000", "--rank is '1,000'; expected an integer such as 1000")]
    [TestCase("train PLAYS --output MODEL --rank 2.0", "--rank is '2.0'; expected an integer")]
    [TestCase("sample --output SAMPLE.csv --plays 1,000", "--plays is '1,000'; expected an integer")]
    [TestCase("train PLAYS --output EMPTY", "--output is empty")]
    [TestCase("train PLAYS --output MODEL --recommendations EMPTY", "--recommendations is empty")]
    [TestCase("recommend EMPTY", "model is empty")]
    [TestCase("recommend MODEL --output EMPTY", "--output is empty")]
    [TestCase("recommend MODEL --users EMPTY", "--users is empty")]
    [TestCase("sample --output EMPTY", "--output is empty")]
    [TestCase(
        "train PLAYS --output MODEL --confidence linear --epsilon 2",
        "--epsilon requires --confidence log")]
    [TestCase("train PLAYS --output MODEL --cg-steps 2", "--cg-steps requires --solver cg")]
    [TestCase(
        "train PLAYS --output MODEL --preset spark --regularization-exponent 2",
        "--regularization-exponent requires --regularization-scaling ials")]
    [TestCase(
        "train PLAYS --output MODEL --rank 1 --regularization 3e38 --regularization-scaling ials",
        "too large for fp32. Lower --regularization")]
    [TestCase("devices --log-format xml", "--log-format is 'xml'; expected text or json.")]
    [TestCase("train PLAYS --output MODEL --solver lu", "--solver is 'lu'; expected cholesky, cg or ials++.")]
    [TestCase("train PLAYS --output MODEL --precision fp16", "--precision is 'fp16'; expected fp32 or tf32.")]
    [TestCase(
        "train PLAYS --output MODEL --precision tf32 --solver cg",
        "--precision tf32 requires --solver cholesky")]
    [TestCase("train PLAYS --output MODEL --preset foo", "--preset is 'foo'")]
    [TestCase("frobnicate", "frobnicate")]
    public async Task AnyCommand_MisusedOptions_ExitWithTwo(string command, string expected)
    {
        File.WriteAllText(_folder.At("plays.csv"), "user,item\na,x\nb,y\n");
        var args = command.Replace("PLAYS", _folder.At("plays.csv")).Replace("MODEL", _folder.At("model"))
            .Replace("SAMPLE", _folder.At("sample")).Split(' ');

        await AssertFailsAsync(2, [expected], Array.ConvertAll(args, argument => argument == "EMPTY" ? "" : argument));
    }

    [Test]
    public async Task Train_DeviceThatIsNotThere_ExitsWithFour()
    {
        File.WriteAllText(_folder.At("plays.csv"), "user,item\na,x\nb,y\n");

        await AssertFailsAsync(
            4,
            ["gpuals devices"],
            ["train", _folder.At("plays.csv"), "--output", _folder.At("model"), "--rank", "1", "--device", "cuda:999"]);
    }

    [Test]
    public async Task Train_ExistingOutput_ExitsWithFiveAndLeavesIt()
    {
        File.WriteAllText(_folder.At("plays.csv"), "user,item\na,x\nb,y\n");
        Directory.CreateDirectory(_folder.At("model"));
        File.WriteAllText(_folder.At("model", "precious.txt"), "mine");

        await AssertFailsAsync(
            5, ["--overwrite"], ["train", _folder.At("plays.csv"), "--output", _folder.At("model"), "--rank", "1"]);
        await AssertFailsAsync(
            5,
            ["was not written by gpuals"],
            ["train", _folder.At("plays.csv"), "--output", _folder.At("model"), "--rank", "1", "--overwrite"]);

        Assert.That(File.ReadAllText(_folder.At("model", "precious.txt")), Is.EqualTo("mine"));
    }

    [Test]
    public async Task Train_OutputBelowAFile_ExitsWithFive()
    {
        File.WriteAllText(_folder.At("plays.csv"), "user,item\na,x\nb,y\n");

        await AssertFailsAsync(
            5,
            ["cannot write"],
            ["train", _folder.At("plays.csv"), "--output", _folder.At("plays.csv", "model"), "--rank", "1"]);
    }

    [TestCase("item_factors.npy", "checksum")]
    [TestCase("users.parquet", "checksum")]
    public async Task Recommend_DamagedFile_ExitsWithThree(string file, string expected)
    {
        await TrainSmallAsync();
        var bytes = File.ReadAllBytes(_folder.At("model", file));
        bytes[^20] ^= 1;
        File.WriteAllBytes(_folder.At("model", file), bytes);

        await AssertFailsAsync(3, [file, expected], ["recommend", _folder.At("model")]);
    }

    [Test]
    public async Task Recommend_ModelOfAnotherVersion_ExitsWithThree()
    {
        await TrainSmallAsync();
        var manifest = JsonNode.Parse(File.ReadAllText(_folder.At("model", "manifest.json")))!;
        manifest["format_version"] = 99;
        File.WriteAllText(_folder.At("model", "manifest.json"), manifest.ToJsonString());

        await AssertFailsAsync(3, ["99"], ["recommend", _folder.At("model")]);
    }

    [Test]
    public async Task Recommend_FolderWithoutAModel_ExitsWithThree() =>
        await AssertFailsAsync(3, ["manifest.json"], ["recommend", _folder.Root]);

    private async Task TrainSmallAsync()
    {
        File.WriteAllText(_folder.At("plays.csv"), "user,item\na,x\nb,y\nb,x\n");
        await Tool.SucceedAsync("train", _folder.At("plays.csv"), "--output", _folder.At("model"), "--rank", "2");
    }

    private async Task AssertFailsAsync(int exitCode, string[] expected, string[] args)
    {
        var before = _folder.Entries();

        var run = await Tool.RunAsync(args);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        foreach (var text in expected) Assert.That(run.Error, Does.Contain(text));
        Assert.That(run.Error, Does.Not.Contain("   at "));
        Assert.That(run.Out, Is.Empty);
        Assert.That(_folder.Entries(), Is.EqualTo(before));
    }
}
