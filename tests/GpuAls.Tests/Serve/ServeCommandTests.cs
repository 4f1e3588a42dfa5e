using System.Net;
using System.Net.Sockets;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Serve;

/// <summary><c>gpuals serve</c> as a process.</summary>
public sealed class ServeCommandTests : ServeFixture
{
    [TestCase("TERM")]
    [TestCase("INT")]
    [Platform("Linux")]
    public async Task Signal_StopsIt_WithExitCodeZero(string signal)
    {
        var run = await ToolProcess.SignalAsync(
            $"{ToolProcess.Command} serve '{ModelFolder}' --port 0", signal, "listening on");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var lines = run.Error.TrimEnd('\n').Split('\n');
        Assert.That(lines[0], Does.Match("^serving the model .*/model: 60 users, 50 items, rank 8 "));
        Assert.That(lines[1], Does.Match(@"^listening on http://127\.0\.0\.1:\d+/$"));
        Assert.That(lines[^1], Is.EqualTo("answered 0 requests"));
    }

    [Test]
    public async Task PortInUse_IsAUsageError()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var run = await Tool.RunAsync("serve", ModelFolder, "--port", $"{port}");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain($"cannot listen on 127.0.0.1:{port}: ").And.Contain("--port"));
    }

    [TestCase(3, "there is no model in 'nothing'", "nothing")]
    [TestCase(2, "--listen is 'everywhere'; expected an IP address", "model", "--listen", "everywhere")]
    [TestCase(2, "--port is 65536", "model", "--port", "65536")]
    [TestCase(2, "--max-k is 1025", "model", "--max-k", "1025")]
    [TestCase(2, "--poll is '0s'; expected a time such as 30s, 10min or 2h, or never.", "model", "--poll", "0s")]
    [TestCase(2, "--timeout is 'never'; expected a time such as 30s", "model", "--timeout", "never")]
    [TestCase(2, "--max-body is '1 song'", "model", "--max-body", "1 song")]
    [TestCase(2, "--max-requests is 0", "model", "--max-requests", "0")]
    [TestCase(2, "--item-name-column requires --item-names", "model", "--item-name-column", "title")]
    [TestCase(2, "--item-groups requires --max-per-group", "model", "--item-groups", "groups.csv")]
    public async Task BadOptions_AreRefused(int exitCode, string message, params string[] args)
    {
        var run = await Tool.RunAsync(["serve", .. args]);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode));
        Assert.That(run.Error, Does.Contain(message));
    }
}
