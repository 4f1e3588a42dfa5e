using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuAls.Tests.Cli;

public sealed partial class OtherCommandsTests
{
    [TestCase("--help", "recommend")]
    [TestCase("train --help", "--regularization")]
    [TestCase("recommend --help", "--on-unknown-user")]
    [TestCase("demo --help", "--device")]
    [TestCase("sample --help", "--plays")]
    [TestCase("devices --help", "why some cannot be used")]
    public async Task Help_OfEachCommand_IsOnStdout(string command, string expected)
    {
        var run = await Tool.SucceedAsync(command.Split(' '));

        Assert.That(run.Out, Does.Contain(expected));
        Assert.That(run.Error, Is.Empty);
    }

    [TestCase("train")]
    [TestCase("evaluate")]
    [TestCase("tune")]
    public async Task Help_FitsAScreen(string command)
    {
        var run = await Tool.SucceedAsync(command, "--help");

        Assert.That(run.Lines, Has.Length.LessThanOrEqualTo(50));
        Assert.That(run.Lines, Has.All.Length.LessThanOrEqualTo(100));
    }

    [TestCase("train", "PLAYS and --output DIR are missing. Usage: gpuals train PLAYS... --output DIR [options]. See "
        + "gpuals train --help.")]
    [TestCase("train a.csv", "--output DIR is missing.")]
    [TestCase("recommend --top 3", "MODEL is missing. Usage: gpuals recommend MODEL [options].")]
    [TestCase("train a.csv --output", "--output needs a value: --output DIR.")]
    [TestCase("train a.csv --output m --rank 8 --rank 9", "--rank is given 2 times; give it once.")]
    [TestCase("train a.csv --output m --rnak 8", "unknown option '--rnak'. Did you mean --rank? See gpuals train "
        + "--help.")]
    [TestCase("train --hlep", "unknown option '--hlep'. Did you mean --help? See gpuals train --help.")]
    [TestCase("sample --output a.csv --users -3", "--users is -3; expected 2 or more. See gpuals sample --help.")]
    [TestCase("demo --quiet=maybe", "--quiet is 'maybe'; expected true or false, or no value. See gpuals demo --help.")]
    [TestCase("train p.csv -o m --loss=1", "--loss is '1'; expected true or false, or no value.")]
    [TestCase("train p.csv -o m -q:", "--quiet is ''; expected true or false, or no value.")]
    [TestCase("train p.csv -o m --cg-steps 3", "--cg-steps requires --solver cg. See gpuals train --help.")]
    [TestCase("evaluate p.csv --exclude q.csv", "--exclude requires --test. See gpuals evaluate --help.")]
    [TestCase("sample --weird=1 --output a.csv", "unknown option '--weird'. See gpuals sample --help.")]
    [TestCase("train a.csv --output m --weight plays", "unknown option '--weight'. Did you mean --weight-column?")]
    [TestCase("sample a.csv --output b.csv", "unexpected argument 'a.csv'. Usage: gpuals sample --output FILE "
        + "[options].")]
    [TestCase("trian a.csv", "unknown command 'trian'. Did you mean train? See gpuals --help.")]
    [TestCase("frobnicate", "unknown command 'frobnicate'. See gpuals --help.")]
    public async Task Misuse_IsExplained(string command, string expected)
    {
        var run = await Tool.RunAsync(command.Split(' '));

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith($"error: {expected}"));
        Assert.That(run.Out, Is.Empty);
    }

    [Test]
    public async Task Devices_ListsEachKindWithAReason()
    {
        var run = await Tool.SucceedAsync("devices");

        Assert.That(run.Out, Does.Contain("cpu").And.Contain("cuda").And.Contain("opencl").And.Contain("emulated"));
        foreach (var device in DeviceCatalog.List())
        {
            if (!device.IsUsable) Assert.That(device.Note, Is.Not.Empty);
            var row = run.Lines.First(line => line.TrimStart().StartsWith(device.Id + " ", StringComparison.Ordinal));
            Assert.That(row, Does.Contain(device.IsUsable ? " yes " : " no ").And.Contain(device.Note.Split(' ')[0]));
        }
    }

    [Test]
    public async Task Devices_CommonOptions_AreTaken() =>
        Assert.That((await Tool.SucceedAsync("devices", "-q", "--log-format", "json")).Error, Is.Empty);

    [Test]
    public async Task Demo_PlantedTastes_AreFoundTwiceAsOftenAsByPopularity()
    {
        var run = await Tool.SucceedAsync("demo", "--device", "cpu");

        var ours = Metrics(run.Out, "gpuals");
        var popular = Metrics(run.Out, "most popular");
        Assert.That(ours, Has.Length.EqualTo(3));
        Assert.That(ours.Zip(popular, (mine, theirs) => mine / theirs), Is.All.GreaterThan(2));
        Assert.That(run.Out, Does.Contain("most played").And.Not.Contain("\u001b"));
    }

    private static double[] Metrics(string output, string row)
    {
        var line = output.Split('\n').First(line => line.TrimStart().StartsWith(row + " ", StringComparison.Ordinal));
        return [.. Number().Matches(line).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture))];
    }

    [GeneratedRegex(@"\d\.\d+")]
    private static partial Regex Number();
}
