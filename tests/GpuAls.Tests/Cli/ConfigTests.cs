using System.Text.Json;
using CsCheck;
using GpuAls.App;
using GpuAls.Cli;
using GpuAls.Tests.Options;

namespace GpuAls.Tests.Cli;

/// <summary>Options from files and variables, and what they are together.</summary>
public sealed class ConfigTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("job.json", """{ "plays": ["a.csv"], "output": "model", "rank": 16, "loss": true, "seed": 7 }""")]
    [TestCase("job.yaml", "plays: a.csv\noutput: model # of tonight\nrank: 16\nloss: true\nseed: 7\n")]
    [TestCase("job.yml", "plays:\n- a.csv\noutput: 'model'\nrank: 16\nloss: true\nseed: 7")]
    public async Task Precedence_IsCommandLineThenVariablesThenFileThenDefaults(string name, string text)
    {
        var file = Write(name, text);

        var run = await Tool.RunAsync(
            ["GPUALS_SEED=8", "GPUALS_RANK=24", "GPUALS_TOP="],
            ["train", "--print-config", "--config", file, "--rank", "32", "--loss=false"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var options = JsonDocument.Parse(run.Out).RootElement;
        Assert.That(options.GetProperty("rank").GetInt32(), Is.EqualTo(32));
        Assert.That(options.GetProperty("seed").GetInt64(), Is.EqualTo(8));
        Assert.That(options.GetProperty("loss").GetBoolean(), Is.False);
        Assert.That(options.GetProperty("output").GetString(), Is.EqualTo("model"));
        Assert.That(options.GetProperty("plays").EnumerateArray().Single().GetString(), Is.EqualTo("a.csv"));
        Assert.That(options.GetProperty("top").GetInt32(), Is.EqualTo(10));
        Assert.That(options.TryGetProperty("config", out _), Is.False);
        Assert.That(run.Error, Does.Contain("rank is 32, from the command line\n"));
        Assert.That(run.Error, Does.Contain("seed is 8, from GPUALS_SEED\n"));
        Assert.That(run.Error, Does.Contain($"output is model, from {file} line "));
        Assert.That(run.Error, Does.Not.Contain("top"));
    }

    [TestCase("job.json", """{ "plays": "a.csv", "output": "model", "iterations": "auto" }""")]
    [TestCase("job.yaml", "plays: a.csv\noutput: model\niterations: auto\n")]
    public async Task Config_WordBesideNumbers_IsTaken(string name, string text)
    {
        var run = await Tool.RunAsync("train", "--print-config", "--config", Write(name, text));

        var options = JsonDocument.Parse(run.Out).RootElement;
        Assert.That(options.GetProperty("iterations").GetInt32(), Is.EqualTo(1000));
        Assert.That(options.GetProperty("tolerance").GetDouble(), Is.EqualTo(0.001));
    }

    [Test]
    public async Task Config_OfVariables_IsTrainedWith()
    {
        await File.WriteAllTextAsync(_folder.At("plays.csv"), "user,item\na,x\na,y\nb,y\n");
        var file = Write("job.yaml", $"plays: {_folder.At("plays.csv")}\nrank: 2\nlog-format: json\n");

        var run = await Tool.RunAsync(
            [$"GPUALS_CONFIG={file}", $"GPUALS_OUTPUT={_folder.At("model")}"], ["train", "--device", "cpu"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Does.StartWith("{"));
        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.At("model/manifest.json")));
        Assert.That(manifest.RootElement.ToString(), Does.Contain("\"rank\": 2"));
    }

    [Test]
    public async Task Lists_AreReplaced()
    {
        var file = Write("job.json", """{ "plays": ["a.csv", "b.csv"], "output": "m" }""");

        var replaced = await Tool.RunAsync(
            ["GPUALS_PLAYS=c.csv\nd.csv"], ["train", "--config", file, "--print-config"]);
        var typed = await Tool.RunAsync(
            ["GPUALS_PLAYS=c.csv"], ["train", "e.csv", "--config", file, "--print-config", "-q"]);

        Assert.That(Plays(replaced), Is.EqualTo(new[] { "c.csv", "d.csv" }));
        Assert.That(Plays(typed), Is.EqualTo(new[] { "e.csv" }));
        Assert.That(typed.Error, Is.Empty);

        static string?[] Plays(ToolRun run) =>
        [
            .. JsonDocument.Parse(run.Out).RootElement.GetProperty("plays").EnumerateArray()
                .Select(item => item.GetString()),
        ];
    }

    [TestCase("job.json", """{ "rank": "64" }""", " line 1: rank is the text '64'; expected an integer. Remove the")]
    [TestCase("job.json", "{\n\"rank\": 0 }", " line 2: rank is 0; expected 1 to 2048.")]
    [TestCase("job.json", "{\n// x\n\"loss\": 1 }", " line 3: loss is '1'; expected false or true.")]
    [TestCase("job.json", """{ "rnak": 1 }""", " line 1: 'rnak' is not an option of gpuals train. Did you mean rank?")]
    [TestCase("job.json", """{ "trials": 1 }""", " line 1: trials is an option of gpuals tune, not of gpuals train.")]
    [TestCase("job.json", """{ "config": "a" }""", " line 1: config cannot be in a config file; give it on the")]
    [TestCase("job.json", """{ "rank": null }""", " line 1: rank has no value. Leave it out for the default.")]
    [TestCase("job.json", """{ "rank": [1, 2] }""", " line 1: rank is a list; expected an integer.")]
    [TestCase("job.json", """{ "solver": {} }""", " line 1: solver is an object; expected cholesky, cg or ials++.")]
    [TestCase("job.json", """{ "solver": true }""", " line 1: solver is 'true'; expected cholesky, cg or ials++.")]
    [TestCase("job.json", """{ "plays": [["a"]] }""", " line 1: plays has an item that is neither text nor a number.")]
    [TestCase("job.json", """{ "rank": 1, "rank": 2 }""", " line 1: rank is given twice, first on line 1.")]
    [TestCase("job.json", "{ \"rank\": 1\n\"top\": 2 }", " line 2 is not valid JSON: ")]
    [TestCase("job.json", "{ \"rank\": 1 } 2", " line 1 is not valid JSON: ")]
    [TestCase("job.json", "[1]", " has no object of options; expected one, such as { \"rank\": 32 } in JSON")]
    [TestCase("job.yaml", "- 1", " has no object of options; expected one, such as")]
    [TestCase("job.yaml", "top: 3\nrank: x", " line 2: rank is 'x'; expected an integer such as 1000, without")]
    [TestCase("job.yaml", "rank: '64'", " line 1: rank is the text '64'; expected an integer. Remove the quotes.")]
    [TestCase("job.yaml", "loss: yes", " line 1: loss is 'yes'; expected false or true.")]
    [TestCase("job.yaml", "user-column: true", " line 1: user-column is true; expected text. Put it in quotes if")]
    [TestCase("job.yaml", "rank: &r 3\ntop: *r", " line 2 has an alias, which config files cannot have.")]
    [TestCase("job.yaml", "rank: 3\n---\nrank: 4", " line 2 begins a second document; expected one.")]
    [TestCase("job.yaml", "rank: [3", " line 2 is not valid YAML: ")]
    [TestCase("job.yaml", "rank:", " line 1: rank has no value.")]
    [TestCase("job.toml", "rank = 3", "'; expected a .json, .yaml or .yml file.")]
    public async Task BadFile_SaysWhereAndWhat(string name, string text, string expected)
    {
        var run = await Tool.RunAsync("train", "a.csv", "-o", "m", "--config", Write(name, text));

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain($"{name}{expected}"));
    }

    [TestCase("GPUALS_RANK=0", "GPUALS_RANK is 0; expected 1 to 2048.")]
    [TestCase("GPUALS_RANK=x", "GPUALS_RANK is 'x'; expected an integer such as 1000")]
    [TestCase("GPUALS_LOSS=1", "GPUALS_LOSS is '1'; expected false or true.")]
    [TestCase("GPUALS_CG_STEPS=3", "--cg-steps requires --solver cg. (--cg-steps is from GPUALS_CG_STEPS.)")]
    [TestCase("GPUALS_CONFIG=none.yaml", "--config 'none.yaml' does not exist.")]
    public async Task BadVariable_IsNamed(string variable, string expected)
    {
        var run = await Tool.RunAsync([variable], ["train", "a.csv", "-o", "m"]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(expected));
    }

    [Test]
    public async Task UnknownVariable_IsAWarningWithTheNearestName()
    {
        var run = await Tool.RunAsync(["GPUALS_RNAK=3", "GPUALS_TRIALS=9"], ["train", "--print-config"]);

        Assert.That(
            run.Error,
            Is.EqualTo("warning: GPUALS_RNAK is ignored: no option has that name. Did you mean GPUALS_RANK?\n"));
    }

    [TestCase("https://ann:hush@host/plays.csv", "'https://ann:***@host/plays.csv': https:// is not supported")]
    [TestCase("https://ann:hu@sh@host/plays.csv", "'https://ann:***@host/plays.csv': https:// is not supported")]
    [TestCase("s3://ann:hush@music/plays.csv", "'s3://ann:***@music/plays.csv' names no bucket")]
    [TestCase("postgres:ann:hush@host/db", "'postgres:…' is not a URL")]
    [TestCase("postgres://ann:hush@host/db", "was given with a password")]
    [TestCase("postgres://ann@host:port/db?password=hush", "")]
    public async Task Locations_WithPasswords_AreRefusedWithoutShowingThem(string location, string expected)
    {
        foreach (var format in new[] { "text", "json" })
        {
            var run = await Tool.RunAsync("train", location, "-o", "m", "--verbose", "--log-format", format);

            Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
            Assert.That(run.Out + run.Error, Does.Not.Contain("hush").And.Not.Contain("sh@"));
            if (format == "text") Assert.That(run.Error, Does.Contain(expected));
        }
    }

    [Test]
    public async Task PrintConfig_Passwords_AreMasked()
    {
        var run = await Tool.RunAsync(
            "train", "postgres://ann:se%20cret@db/plays?sslpassword=hush&x=1", "-o", "m", "--print-config");

        Assert.That(run.Out + run.Error, Does.Not.Contain("cret").And.Not.Contain("hush"));
        if (run.ExitCode == 0) Assert.That(run.Out, Does.Contain("postgres://ann:***@db/plays?sslpassword=***&x=1"));
    }

    [Test]
    public void PrintConfig_AnyOptions_AreReadAgain()
    {
        Check("train", JobParameters.Train);
        Check("recommend", JobParameters.Recommend);
        Check("evaluate", JobParameters.Evaluate);
        Check("tune", JobParameters.Tune);
        Check("sample", JobParameters.Sample);
        Check("demo", SharedParameters.Device);
        Check("devices", LogOptions.Table);
    }

    /// <summary>A few options of any values, as a file in JSON, which YAML reads too.</summary>
    private void Check<T>(string command, ParameterTable<T> table)
        where T : class
    {
        var agreeing = 0;
        var chosen = Gen.Select(Gen.Int[0, table.Count - 1], Gen.Int[0, 1]).List[0, 4];
        chosen.Sample(
            picks =>
            {
                var texts = new Dictionary<string, string>();
                foreach (var (index, value) in picks)
                    texts[table[index].Name] = ParameterTests.Values(table[index])[value];
                if (TryRead(table, name => texts.TryGetValue(name, out var text) ? [text] : []) is not { } options)
                    return;
                agreeing++;
                var json = EffectiveConfig.Json(table, options);
                foreach (var extension in new[] { "json", "yaml" })
                {
                    var layers = new OptionLayers(new Dictionary<string, string>());
                    layers.Read(command, table, Write($"{command}.{extension}", json));
                    Assert.That(layers.Errors, Is.Empty, json);
                    var read = table.Read(parameter => layers.Find(parameter.Name)?.Texts ?? []);
                    foreach (var parameter in table)
                        Assert.That(parameter.GetAll(read), Is.EqualTo(parameter.GetAll(options)), parameter.Name);
                }
            },
            iter: 300, threads: 1);
        Assert.That(agreeing, Is.GreaterThan(20), command);
    }

    private static T? TryRead<T>(ParameterTable<T> table, Func<string, IReadOnlyList<string>> given)
        where T : class
    {
        try
        {
            return table.Read(parameter => given(parameter.Name));
        }
        catch (GpuAlsException)
        {
            return null; // options that contradict each other
        }
    }

    private string Write(string name, string text)
    {
        var path = _folder.At(name);
        File.WriteAllText(path, text);
        return path;
    }
}
