using GpuAls.Connectors.Postgres;
using Npgsql;

namespace GpuAls.Tests.Connectors.Postgres;

/// <summary>What becomes of failures of a connection, without a server.</summary>
public sealed class PostgresErrorsTests
{
    private static readonly PostgresErrors Errors =
        new(PostgresLocation.Parse("postgres://ada@127.0.0.1:5432/shop"), FailureKind.Output);

    [Test]
    public void Of_WriteThatIsStopped_IsNoFailure()
    {
        var stopped = new NpgsqlException("Exception while writing to stream", new OperationCanceledException());

        Assert.That(Errors.Of(stopped, "write to table recs"), Is.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Of_LostConnection_IsOutputThatCannotBeWritten()
    {
        var lost = new NpgsqlException("Exception while writing to stream", new IOException("Broken pipe"));

        var failure = (GpuAlsException)Errors.Of(lost, "write to table recs");

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That(
            failure.Message,
            Is.EqualTo(
                "postgres://ada@127.0.0.1:5432/shop: cannot write to table recs: the connection to 127.0.0.1, port "
                + "5432 was lost: Broken pipe. The tables are as they were. Run it again."));
    }
}
