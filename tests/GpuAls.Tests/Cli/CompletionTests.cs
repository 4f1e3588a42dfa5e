namespace GpuAls.Tests.Cli;

/// <summary>How the tool completes a command line for a shell.</summary>
public sealed class CompletionTests
{
    [TestCase("gpuals train --ra", "--rank")]
    [TestCase("train --ra", "--rank")]
    [TestCase("gpuals tr", "train")]
    [TestCase("gpuals train --solver ", "cholesky")]
    [TestCase("gpuals evaluate --boot", "--bootstrap")]
    public async Task Suggest_Line_IsCompleted(string line, string expected)
    {
        var run = await Tool.SucceedAsync($"[suggest:{line.Length}]", line);

        Assert.That(run.Lines, Does.Contain(expected));
        Assert.That(run.Error, Is.Empty);
    }

    [Test]
    public async Task Suggest_Unknown_IsNothing()
    {
        var run = await Tool.SucceedAsync("[suggest:18]", "gpuals train --zzz");

        Assert.That(run.Out.Trim(), Is.Empty);
    }
}
