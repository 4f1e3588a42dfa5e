using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using GpuAls.Connectors.Postgres;

namespace GpuAls.Tests.Connectors.Postgres;

/// <summary>A server that is starting is asked again; one that refuses for good is not.</summary>
public sealed class PostgresStartUpTests
{
    [TestCase("57P03", "the database system is starting up", 5)]
    [TestCase("53300", "sorry, too many clients already", 5)]
    [TestCase("3D000", "database \"shop\" does not exist", 1)]
    [TestCase("28P01", "password authentication failed for user \"ada\"", 1)]
    public async Task Open_ServerRefuses_TriesAgainWhereItMayPass(string code, string text, int expected)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var connections = 0;
        _ = RefuseAsync();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var location = PostgresLocation.Parse($"postgres://ada@127.0.0.1:{port}/shop?sslmode=disable");

        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => PostgresSession.OpenAsync(location, FailureKind.BadInput, CancellationToken.None));

        Assert.That(failure!.Message, Does.Contain($"cannot connect: {text}."));
        Assert.That(connections, Is.EqualTo(expected));

        async Task RefuseAsync()
        {
            while (true)
            {
                using var client = await server.AcceptTcpClientAsync();
                var stream = client.GetStream();
                // Npgsql opens a connection that it doesn't use, to see whether it can encrypt by GSS.
                if (await stream.ReadAsync(new byte[1024]) == 0) continue;
                connections++;
                await stream.WriteAsync(ErrorOf(code, text));
            }
        }
    }

    /// <summary>An ErrorResponse of PostgreSQL's protocol.</summary>
    private static byte[] ErrorOf(string code, string message)
    {
        var fields = Encoding.UTF8.GetBytes($"SFATAL\0VFATAL\0C{code}\0M{message}\0\0");
        var bytes = new byte[1 + sizeof(int) + fields.Length];
        bytes[0] = (byte)'E';
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), sizeof(int) + fields.Length);
        fields.CopyTo(bytes, 5);
        return bytes;
    }
}
