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
    /// <summary>Size of an acknowledgement; what is larger is an order.</summary>
    internal const int AckBytes = 90;

    /// <summary>How long one measurement takes.</summary>
    internal static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.5);

    private const int OrderEvery = 25;
    private const int TickBytes = 200;
    private const int OrderBytes = 190;
    private const int Rounds = 5;

    public static async Task RunAsync(TextWriter output)
    {
        await output.WriteLineAsync("lock-step session, one order every 25 ticks, against a bare Kestrel WebSocket echo");
        using var service = ServiceProcess.StartService();
        using var echo = ServiceProcess.StartEcho();
        var token = await SessionConnection.TokenAsync(service.Address, service.Key);
        // many first: the compiler reaches its last tier sooner, and what follows measures a server and not its start
        await TogetherAsync(output, service, echo, token, 100);
        await AloneAsync(output, service, echo, token);
    }

    /// <summary>One connection: each order waits for the disk, so the disk is measured too, by an echo that stores its orders.</summary>
    private static async Task AloneAsync(TextWriter output, ServiceProcess service, ServiceProcess echo, string token)
    {
        var (ratios, durable, processor) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var used = service.ProcessorTime;
            var ours = await SessionsAsync(service, token, 1, $"alone-{round}");
            var perTick = (service.ProcessorTime - used).TotalMicroseconds / (ours * Duration.TotalSeconds);
            used = echo.ProcessorTime;
            var bare = await EchoesAsync(echo, "echo", 1);
            var perEcho = (echo.ProcessorTime - used).TotalMicroseconds / (bare * Duration.TotalSeconds);
            var stored = await EchoesAsync(echo, "durable", 1);
            if (round == 0) continue;
            ratios.Add(ours / bare);
            durable.Add(ours / stored);
            processor.Add(perEcho / perTick);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"    1 connection: session {ours,9:N0} ticks/s   echo {bare,9:N0}/s ratio {ours / bare:0.00}   echo that syncs each order {stored,9:N0}/s ratio {ours / stored:0.00}   processor time {perTick:0.0} us a tick, {perEcho:0.0} us an echo"));
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  median of the ratios of processor time, echo to session: {Medians.Of(processor):0.00}"));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  median of the ratios to an echo that syncs each order: {Medians.Of(durable):0.00}"));
        Medians.AtLeast(output, "1 connection, median of the ratios to the echo", Medians.Of(ratios), 0.5);
    }

    private static async Task TogetherAsync(TextWriter output, ServiceProcess service, ServiceProcess echo, string token, int connections)
    {
        var ratios = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var ours = await SessionsAsync(service, token, connections, $"together-{round}");
            var bare = await EchoesAsync(echo, "echo", connections);
            if (round == 0) continue;
            ratios.Add(ours / bare);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {connections,3} connections: session {ours,9:N0} ticks/s   echo {bare,9:N0}/s ratio {ours / bare:0.00}"));
        }

        Medians.AtLeast(output, $"{connections} connections, median of the ratios to the echo", Medians.Of(ratios), 0.5);
    }

    /// <summary>Ticks per second of so many lock-step sessions, for <see cref="Duration"/>.</summary>
    internal static async Task<double> SessionsAsync(ServiceProcess service, string token, int connections, string label)
    {
        var clients = new List<SessionConnection>();
        try
        {
            for (var index = 0; index < connections; index++)
            {
                var client = new SessionConnection();
                clients.Add(client);
                await client.ConnectAsync(service.Address, token);
                await client.CreateAsync($"lock-{label}-{index}", "AAPL", "2024-01-02T00:00:00Z", "2024-12-31T00:00:00Z", string.Empty);
                await client.StartAsync(1);
                await client.UntilTickAsync();
            }

            var clock = Stopwatch.StartNew();
            var steps = await Task.WhenAll(clients.ConvertAll(client => StepAsync(client, clock)));
            return steps.Sum() / clock.Elapsed.TotalSeconds;
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static async Task<int> StepAsync(SessionConnection client, Stopwatch clock)
    {
        var step = 0;
        while (clock.Elapsed < Duration && !client.Completed)
        {
            step++;
            if (step % OrderEvery == 0) await client.OrderAsync(step / OrderEvery, "AAPL");
            await client.AcknowledgeAsync(client.LastTick);
            await client.UntilTickAsync();
        }

        return step;
    }

    private static async Task<double> EchoesAsync(ServiceProcess echo, string path, int connections)
    {
        var sockets = new List<ClientWebSocket>();
        try
        {
            for (var index = 0; index < connections; index++)
            {
                var socket = new ClientWebSocket();
                sockets.Add(socket);
                socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
                await socket.ConnectAsync(new Uri($"ws://{echo.Address.Authority}/{path}/{TickBytes}"), CancellationToken.None);
            }

            var clock = Stopwatch.StartNew();
            var steps = await Task.WhenAll(sockets.ConvertAll(socket => EchoAsync(socket, clock)));
            return steps.Sum() / clock.Elapsed.TotalSeconds;
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private static async Task<int> EchoAsync(ClientWebSocket socket, Stopwatch clock)
    {
        var receive = new byte[4096];
        byte[] ack = new byte[AckBytes], order = new byte[OrderBytes];
        var step = 0;
        while (clock.Elapsed < Duration)
        {
            step++;
            if (step % OrderEvery == 0)
            {
                await socket.SendAsync(order.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                await socket.ReceiveAsync(receive.AsMemory(), CancellationToken.None);
            }

            await socket.SendAsync(ack.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            await socket.ReceiveAsync(receive.AsMemory(), CancellationToken.None);
        }

        return step;
    }
}
