namespace GpuAls.Tests.Mpi;

/// <summary><c>mpirun -n N gpuals tune</c>: the trials of one process.</summary>
public sealed class MpirunTuneTests : MpirunFixture
{
    private static readonly string[] Tune =
    [
        "tune", "plays.csv", "--weight-column", "plays", "--rank", "2,4,200", "--alpha", "1,5", "--iterations", "9",
        "--search", "halving",
    ];

    /// <summary>The search begins with one process, loses some trials, and goes on with three.</summary>
    [Test]
    public async Task Tune_SeveralProcesses_WriteTheTrialsOfOne([ValueSource(nameof(Launchers))] string launcher)
    {
        var one = await RunAsync(launcher, 1, $"{launcher}-1");
        Assert.That(one.ExitCode, Is.Zero, one.Output + one.Error);
        Directory.CreateDirectory(Folder.At($"{launcher}-3"));
        await File.WriteAllLinesAsync(
            Folder.At($"{launcher}-3/journal.jsonl"),
            File.ReadLines(Folder.At($"{launcher}-1/journal.jsonl")).Take(3));

        var three = await RunAsync(launcher, 3, $"{launcher}-3");

        Assert.That(three.ExitCode, Is.Zero, three.Output + three.Error);
        Assert.That(three.Error + three.Output, Does.Contain("3 processes on 1 machine, connected by "));
        Assert.That(three.Error + three.Output, Does.Match(@"waited +\d"));
        Assert.That((three.Output + three.Error).Split("6 trials, best first"), Has.Length.EqualTo(2), "one speaks");
        Assert.That(Trials($"{launcher}-3"), Is.EqualTo(Trials($"{launcher}-1")));
        Assert.That(Trials($"{launcher}-3"), Has.Some.Contain("--rank 200 is larger than the number of items"));
    }

    private Task<MpiRun> RunAsync(string launcher, int size, string output) => Folder.RunAsync(
        launcher, ["-n", $"{size}", .. MpirunFolder.Tool, .. Tune, "--output", output]);

    /// <summary>The rows of all trials, without their seconds.</summary>
    private string[] Trials(string output)
    {
        var rows = File.ReadLines(Folder.At($"{output}/trials.csv")).Select(line => line.Split(',')).ToArray();
        var seconds = Array.IndexOf(rows[0], "seconds");
        return [.. rows.Select(cells => string.Join(',', cells.Where((_, i) => i != seconds)))];
    }
}
