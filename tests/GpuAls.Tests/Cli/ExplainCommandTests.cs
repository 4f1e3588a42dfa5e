using System.Text.Json;

namespace GpuAls.Tests.Cli;

public sealed class ExplainCommandTests
{
    private const string User = "Ada Abbott";

    private TempFolder _folder = null!;
    private string[] _best = [];

    [OneTimeSetUp]
    public async Task TrainModel()
    {
        _folder = new TempFolder();
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("plays.csv"), "--users", "30", "--items", "40", "--plays", "300");
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--weight-column", "plays", "--output", _folder.At("model"),
            "--rank", "8", "--device", "cpu");
        var lists = await Tool.SucceedAsync(
            "recommend", _folder.At("model"), "--user", User, "--top", "1", "--device", "cpu");
        _best = lists.Lines[1].Split(',');
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Explain_AsJson_SumsToTheScoreOfTheList()
    {
        var run = await RunAsync("--top", "3", "--format", "json");

        using var json = JsonDocument.Parse(run.Out);
        var root = json.RootElement;
        var sum = root.GetProperty("plays").EnumerateArray().Sum(play => play.GetProperty("contribution").GetDouble())
            + root.GetProperty("other_contributions").GetDouble() + root.GetProperty("rest").GetDouble();
        Assert.That(root.GetProperty("score").GetDouble(), Is.EqualTo(double.Parse(_best[3])).Within(1e-4));
        Assert.That(sum, Is.EqualTo(root.GetProperty("score").GetDouble()).Within(1e-4));
        var played = File.ReadLines(_folder.At("plays.csv")).Where(line => line.StartsWith($"{User},")).ToArray();
        Assert.That(root.GetProperty("plays").GetArrayLength(), Is.EqualTo(3));
        Assert.That(root.GetProperty("other_plays").GetInt32(), Is.EqualTo(played.Length - 3));
        foreach (var play in root.GetProperty("plays").EnumerateArray())
            Assert.That(
                played, Has.Member($"{User},{play.GetProperty("item").GetString()},{play.GetProperty("plays")}"));
    }

    [Test]
    public async Task Explain_AsText_HasARowForEachPlayAndTheRest()
    {
        File.WriteAllText(_folder.At("names.csv"), $"item,title\n{_best[1]},Best of all\n");

        var run = await RunAsync(
            "--top", "2", "--item-names", _folder.At("names.csv"), "--item-name-column", "title");

        Assert.That(run.Lines[0], Does.StartWith($"{User}, {_best[1]} (Best of all): score "));
        Assert.That(run.Out, Does.Match(@"\d+ other items +-?\d").And.Match(@"rest +-?\d"));
    }

    [TestCase(3, "no user 'Nobody'", "--user", "Nobody", "--item", "x")]
    [TestCase(3, "no item 'x'", "--user", User, "--item", "x")]
    [TestCase(2, "--item", "--user", User)]
    public async Task Explain_WhatCannotBe_IsRefused(int exitCode, string message, params string[] options)
    {
        var run = await Tool.RunAsync(["explain", _folder.At("model"), "--device", "cpu", .. options]);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(run.Error, Does.Contain(message));
    }

    private Task<ToolRun> RunAsync(params string[] options) => Tool.SucceedAsync(
        ["explain", _folder.At("model"), "--user", User, "--item", _best[1], "--device", "cpu", .. options]);
}
