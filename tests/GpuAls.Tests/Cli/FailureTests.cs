using GpuAls.Cli;

namespace GpuAls.Tests.Cli;

/// <summary>From a failure to an exit code and what is said of it.</summary>
public sealed class FailureTests
{
    public static IEnumerable<TestCaseData> Failures()
    {
        yield return new TestCaseData(new InsufficientMemoryException(), 4, "error: out of memory. Lower --rank")
            .SetArgDisplayNames("memory");
        yield return new TestCaseData(
            new InvalidOperationException("odd."),
            1,
            "error: failure inside gpuals: InvalidOperationException: odd.").SetArgDisplayNames("inside");
        foreach (var kind in Enum.GetValues<FailureKind>())
            yield return new TestCaseData(
                new GpuAlsException(kind, "what and why."),
                (int)kind,
                "error: what and why.").SetArgDisplayNames($"{kind}");
    }

    [TestCaseSource(nameof(Failures))]
    public void Failed_EachFailure_HasItsExitCodeAndText(Exception failure, int exitCode, string text)
    {
        using var error = new StringWriter();

        Assert.That(
            CommandLine.Failed(failure, new RunLog(error, new LogOptions { Quiet = true }), verbose: false),
            Is.EqualTo(exitCode));

        Assert.That(error.ToString(), Does.StartWith(text).And.Not.Contain(nameof(Exception) + "("));
    }

    [Test]
    public void Failed_Verbose_ShowsWhere()
    {
        using var error = new StringWriter();

        CommandLine.Failed(new InvalidOperationException("odd"), new RunLog(error, new LogOptions()), verbose: true);

        Assert.That(error.ToString(), Does.Contain("error: System.InvalidOperationException: odd"));
    }
}
