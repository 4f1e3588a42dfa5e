using GpuAls.Tests.Connectors.Postgres;

namespace GpuAls.Tests;

/// <summary>Stops what tests of any namespace started, behind the last of them.</summary>
[SetUpFixture]
public sealed class TestServers
{
    [OneTimeTearDown]
    public void Stop() => PostgresServer.Stop();
}
