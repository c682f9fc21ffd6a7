using System.Net;
using System.Net.Sockets;

namespace Trading.Postgres.Tests.Support;

/// <summary>Stands between client and server and cuts connections: when a given number of bytes has passed in one direction since it was armed, in the middle of whatever is being said.</summary>
public sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<TcpClient> _open = [];
    private long _cutAfter = long.MaxValue;
    private bool _towardsServer;
    private bool _refuses;

    public CuttingProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Called at a cut, before anybody can notice it.</summary>
    public Action? WhenCut { get; set; }

    /// <summary>Connections cut so far.</summary>
    public int Cuts { get; private set; }

    /// <summary>Lets <paramref name="bytes"/> more bytes pass in one direction, then cuts that connection, once.</summary>
    public void Arm(bool towardsServer, long bytes)
    {
        lock (_gate) (_towardsServer, _cutAfter) = (towardsServer, bytes);
    }

    public void Disarm()
    {
        lock (_gate) _cutAfter = long.MaxValue;
    }

    /// <summary>While true, every connection is cut and none is accepted: an outage.</summary>
    public void Refuse(bool refuses)
    {
        TcpClient[] open;
        lock (_gate)
        {
            _refuses = refuses;
            open = refuses ? [.. _open] : [];
        }

        foreach (var client in open) client.Close();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        Refuse(true);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // disposed
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                lock (_gate)
                {
                    if (_refuses) return;
                    _open.Add(client);
                    _open.Add(server);
                }

                await server.ConnectAsync(IPAddress.Loopback, _serverPort);
                client.NoDelay = server.NoDelay = true;
                await Task.WhenAny(PumpAsync(client, server, towardsServer: true), PumpAsync(server, client, towardsServer: false));
            }
            catch (Exception end) when (end is IOException or SocketException or ObjectDisposedException)
            {
                // cut
            }
            finally
            {
                lock (_gate)
                {
                    _open.Remove(client);
                    _open.Remove(server);
                }

                // a reset, as of a machine that is gone, not a polite end
                if (client.Client is { } socket) socket.LingerState = new LingerOption(true, 0);
            }
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool towardsServer)
    {
        var buffer = new byte[16 << 10];
        while (await from.GetStream().ReadAsync(buffer) is var read and > 0)
        {
            var pass = Allowed(towardsServer, read);
            await to.GetStream().WriteAsync(buffer.AsMemory(0, pass));
            if (pass == read) continue;
            await to.GetStream().FlushAsync();
            WhenCut?.Invoke();
            return;
        }
    }

    private int Allowed(bool towardsServer, int bytes)
    {
        lock (_gate)
        {
            if (_cutAfter == long.MaxValue || towardsServer != _towardsServer) return bytes;
            if (_cutAfter >= bytes)
            {
                _cutAfter -= bytes;
                return bytes;
            }

            var pass = (int)_cutAfter;
            _cutAfter = long.MaxValue;
            Cuts++;
            return pass;
        }
    }
}
