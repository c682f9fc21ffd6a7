using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;

namespace Trading.Bench.Session;

/// <summary>
/// Lock-step over a real socket: tick, acknowledgement, one order every 25 ticks (durable before it is acknowledged),
/// against a bare Kestrel WebSocket echo of the same message sizes, in the same run.
/// <code>
///   client ── tick_ack ──▶ gateway ──▶ session grain ──▶ engine        client ── same bytes ──▶ Kestrel
///          ◀──  tick  ───                  └─ journal (each 25th)             ◀── same bytes ──
/// </code>
/// </summary>
internal static class LockStepBench
{
    private const int OrderEvery = 25;

    public static async Task RunAsync(TextWriter output)
    {
        await output.WriteLineAsync("lock-step session, one order every 25 ticks, against a bare Kestrel WebSocket echo");
        using var service = ServiceProcess.StartService();
        using var echo = ServiceProcess.StartEcho();
        var token = await SessionConnection.TokenAsync(service.Address, service.Key);
        foreach (var (connections, ticks) in new[] { (1, 20_000), (100, 400) })
        {
            await SessionsAsync(service, token, connections, Math.Min(ticks, 2_000), "warm");
            await EchoesAsync(echo, connections, Math.Min(ticks, 2_000));
            var ratios = new List<double>();
            for (var round = 0; round < 5; round++)
            {
                var ours = await SessionsAsync(service, token, connections, ticks, $"r{round}");
                var bare = await EchoesAsync(echo, connections, ticks);
                ratios.Add(ours / bare);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {connections,3} connection(s): session {ours,9:N0} ticks/s   echo {bare,9:N0} round trips/s   ratio {ours / bare:0.00}"));
            }

            ratios.Sort();
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {connections,3} connection(s): median ratio {ratios[2]:0.00} (goal at least 0.50)"));
        }
    }

    private static async Task<double> SessionsAsync(ServiceProcess service, string token, int connections, int ticks, string label)
    {
        var clients = new List<SessionConnection>();
        try
        {
            for (var index = 0; index < connections; index++)
            {
                var client = new SessionConnection();
                clients.Add(client);
                await client.ConnectAsync(service.Address, token);
                await client.CreateAsync($"lock-{connections}-{label}-{index}", "AAPL", "2024-01-02T00:00:00Z", "2024-12-31T00:00:00Z", string.Empty);
                await client.StartAsync(1);
                await client.UntilTickAsync();
            }

            var clock = Stopwatch.StartNew();
            await Task.WhenAll(clients.ConvertAll(client => StepAsync(client, ticks)));
            return connections * ticks / clock.Elapsed.TotalSeconds;
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static async Task StepAsync(SessionConnection client, int ticks)
    {
        for (var step = 1; step <= ticks && !client.Completed; step++)
        {
            if (step % OrderEvery == 0) await client.OrderAsync(step / OrderEvery, "AAPL");
            await client.AcknowledgeAsync(client.LastTick);
            await client.UntilTickAsync();
        }
    }

    private static async Task<double> EchoesAsync(ServiceProcess echo, int connections, int roundTrips)
    {
        const int TickBytes = 200, AckBytes = 78, OrderBytes = 190;
        var sockets = new List<ClientWebSocket>();
        try
        {
            for (var index = 0; index < connections; index++)
            {
                var socket = new ClientWebSocket();
                sockets.Add(socket);
                socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
                await socket.ConnectAsync(new Uri($"ws://{echo.Address.Authority}/echo/{TickBytes}"), CancellationToken.None);
            }

            var clock = Stopwatch.StartNew();
            await Task.WhenAll(sockets.ConvertAll(async socket =>
            {
                var receive = new byte[4096];
                byte[] ack = new byte[AckBytes], order = new byte[OrderBytes];
                for (var step = 1; step <= roundTrips; step++)
                {
                    if (step % OrderEvery == 0)
                    {
                        await socket.SendAsync(order.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                        await socket.ReceiveAsync(receive.AsMemory(), CancellationToken.None);
                    }

                    await socket.SendAsync(ack.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                    await socket.ReceiveAsync(receive.AsMemory(), CancellationToken.None);
                }
            }));
            return connections * roundTrips / clock.Elapsed.TotalSeconds;
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }
}
