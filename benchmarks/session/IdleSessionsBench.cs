using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;

namespace Trading.Bench.Session;

/// <summary>5,000 open sessions in one process: time to create them and resident memory of each, beside 5,000 idle WebSockets of a bare Kestrel.</summary>
internal static class IdleSessionsBench
{
    internal const int Sessions = 5_000;
    private const int Rounds = 3;

    public static async Task RunAsync(TextWriter output)
    {
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Sessions:N0} open sessions in one process"));
        var (rates, sizes) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var (bareSeconds, bareBytes) = await IdleSocketsAsync();
            var (seconds, each) = await IdleSessionsAsync();
            rates.Add(Sessions / seconds);
            sizes.Add(each / 1024);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  connect and create: {Sessions / seconds:N0} sessions/s   bare WebSockets: {Sessions / bareSeconds:N0}/s   ratio {bareSeconds / seconds:0.00}   memory of each: {each / 1024:0.0} KiB   bare WebSocket: {bareBytes / 1024:0.0} KiB   ratio {each / bareBytes:0.00}"));
        }

        Medians.AtLeast(output, "sessions created per second with 50 creators, median", Medians.Of(rates), 1_000);
        Medians.AtMost(output, "KiB of an idle session with its connection, median", Medians.Of(sizes), 60);
    }

    private static async Task<(double Seconds, double BytesEach)> IdleSessionsAsync()
    {
        using var service = ServiceProcess.StartService();
        var token = await SessionConnection.TokenAsync(service.Address, service.Key);
        var clients = new List<SessionConnection>();
        try
        {
            await OpenAsync(clients, service, token, 100);
            var before = service.ResidentBytes;
            var clock = Stopwatch.StartNew();
            await OpenAsync(clients, service, token, Sessions);
            return (clock.Elapsed.TotalSeconds, (service.ResidentBytes - before) / (double)Sessions);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    /// <summary>Connects and creates so many more sessions, fifty at a time.</summary>
    internal static async Task OpenAsync(List<SessionConnection> clients, ServiceProcess service, string token, int count)
    {
        var first = clients.Count;
        for (var opened = 0; opened < count; opened += 50)
        {
            var group = Enumerable.Range(first + opened, Math.Min(50, count - opened)).Select(async index =>
            {
                var client = new SessionConnection();
                lock (clients) clients.Add(client);
                await client.ConnectAsync(service.Address, token);
                await client.CreateAsync($"idle-{index}", "AAPL", "2024-01-02T00:00:00Z", "2024-12-31T00:00:00Z", string.Empty);
            });
            await Task.WhenAll(group);
        }
    }

    /// <summary>Opens as many WebSockets of a bare Kestrel.</summary>
    internal static async Task<(double Seconds, double BytesEach)> IdleSocketsAsync()
    {
        using var echo = ServiceProcess.StartEcho();
        var sockets = new List<ClientWebSocket>();
        try
        {
            var before = echo.ResidentBytes;
            var clock = Stopwatch.StartNew();
            for (var opened = 0; opened < Sessions; opened += 50)
            {
                await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
                {
                    var socket = new ClientWebSocket();
                    lock (sockets) sockets.Add(socket);
                    await socket.ConnectAsync(new Uri($"ws://{echo.Address.Authority}/echo/200"), CancellationToken.None);
                }));
            }

            return (clock.Elapsed.TotalSeconds, (echo.ResidentBytes - before) / (double)Sessions);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }
}
