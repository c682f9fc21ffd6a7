using System.Diagnostics;
using System.Globalization;

namespace Trading.Bench.Session;

/// <summary>
/// Extension <c>batched_ticks</c> with a window of 1000 on one connection: ticks per second, beside the rate at which the same bytes
/// cross the same kind of socket from a bare Kestrel echo.
/// </summary>
internal static class BatchedTicksBench
{
    public static async Task RunAsync(TextWriter output)
    {
        await output.WriteLineAsync("batched_ticks, window 1000, one connection");
        using var service = ServiceProcess.StartService();
        using var echo = ServiceProcess.StartEcho();
        var token = await SessionConnection.TokenAsync(service.Address, service.Key);
        var rates = new List<double>();
        var ratios = new List<double>();
        for (var round = 0; round < 6; round++)
        {
            var (rate, packBytes) = await SessionAsync(service, token, $"batched-{round}");
            var bare = await PacksAsync(echo, packBytes) * 1000;
            if (round == 0) continue;
            rates.Add(rate);
            ratios.Add(rate / bare);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {rate,11:N0} ticks/s   echo of the same bytes {bare,11:N0} ticks/s   ratio {rate / bare:0.00}"));
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  median of the ratios to the echo of the same bytes: {Medians.Of(ratios):0.00}"));
        Medians.AtLeast(output, "ticks/s, median", Medians.Of(rates), 300_000);
    }

    private static async Task<(double Rate, int PackBytes)> SessionAsync(ServiceProcess service, string token, string session)
    {
        using var client = new SessionConnection();
        await client.ConnectAsync(service.Address, token);
        await client.CreateAsync(session, "AAPL", "2024-01-02T00:00:00Z", "2024-12-31T00:00:00Z", "\"batched_ticks\"");
        var clock = Stopwatch.StartNew();
        await client.StartAsync(1000);
        await client.UntilTickAsync();
        var packBytes = client.LastSize;
        var ticks = 0;
        while (!client.Completed)
        {
            ticks = client.LastTick;
            await client.AcknowledgeAsync(ticks);
            await client.UntilTickAsync();
        }

        return (ticks / clock.Elapsed.TotalSeconds, packBytes);
    }

    private static async Task<double> PacksAsync(ServiceProcess echo, int bytes)
    {
        const int Packs = 200;
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        await socket.ConnectAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"ws://{echo.Address.Authority}/echo/{bytes}")), CancellationToken.None);
        var receive = new byte[1 << 18];
        var ack = new byte[78];
        var clock = Stopwatch.StartNew();
        for (var pack = 0; pack < Packs; pack++)
        {
            await socket.SendAsync(ack.AsMemory(), System.Net.WebSockets.WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            while (!(await socket.ReceiveAsync(receive.AsMemory(), CancellationToken.None)).EndOfMessage)
            {
                // the rest of the message follows
            }
        }

        return Packs / clock.Elapsed.TotalSeconds;
    }
}
