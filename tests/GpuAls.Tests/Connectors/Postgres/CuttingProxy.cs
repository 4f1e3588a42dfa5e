using System.Net;
using System.Net.Sockets;

namespace GpuAls.Tests.Connectors.Postgres;

/// <summary>
/// Passes a connection on to a server until the client sends some bytes: these still arrive, the answer does not. Later
/// connections are passed on.
/// </summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _server;
    private readonly byte[] _until;

    public CuttingProxy(int server, byte[] until)
    {
        (_server, _until) = (server, until);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections were cut.</summary>
    public int Cuts { get; private set; }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, _server, _stop.Token);
            _ = PassAsync(client, server);
        }
    }

    private async Task PassAsync(TcpClient client, TcpClient server)
    {
        using var ownedClient = client;
        using var ownedServer = server;
        var answers = server.GetStream().CopyToAsync(client.GetStream(), _stop.Token);
        var (requests, buffer) = (client.GetStream(), new byte[1 << 16]);
        while (await requests.ReadAsync(buffer, _stop.Token) is var read and > 0)
        {
            var isLast = Cuts == 0 && buffer.AsSpan(0, read).IndexOf(_until) >= 0;
            if (isLast) client.Client.Shutdown(SocketShutdown.Send);
            await server.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            if (!isLast) continue;
            Cuts++;
            await Task.Delay(500, _stop.Token);
            return;
        }

        await answers;
    }
}
