using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;
using Trading.Protocol.Tests;
using static Trading.EndToEnd.Tests.Protocol.RecordedClient;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>A service of its own, so that its log and its memory are those of the fuzzing alone.</summary>
public sealed class FuzzTests
{
    private const int Connections = 5;
    private const int FramesPerConnection = 20_000;

    /// <summary>Far above what a hundred thousand small frames need, far below what keeping them and their answers would take.</summary>
    private const long MemoryGrowthBytes = 400L << 20;

    /// <summary>Message types that a session with extensions may get besides those of section 8.</summary>
    private static readonly HashSet<string> Documented = [.. Schema.ServerTypes, "simulation_resumed", "order_update", "ticks", "simulation_advanced", "simulation_report"];

    [Fact]
    [Trait("req", "SIM-016")]
    [Trait("req", "SIM-091")]
    [Trait("req", "SIM-281")]
    [Trait("req", "SIM-311")]
    public async Task A_hundred_thousand_mutated_frames_get_documented_answers_and_change_no_other_session()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("TRADING_SEED"), CultureInfo.InvariantCulture, out var given) ? given : 20261121;
        using var bars = new TemporaryFolder();
        SmallBars.Write(bars.Path);
        await using var service = await ServiceProcess.StartAsync("--bars", bars.Path);
        try
        {
            var token = await SessionClient.TokenAsync(service.Address, service.DemoKey);
            var alone = await WatchedRunAsync(service, token);
            var answers = await FuzzAsync(service, token, seed);
            var memory = Resident(service);
            for (var connection = 1; connection < Connections; connection++)
            {
                var watched = WatchedRunAsync(service, token);
                answers.AddRange(await FuzzAsync(service, token, seed + connection));
                Assert.Equal(alone, await watched);
                Assert.InRange(Resident(service) - memory, long.MinValue, MemoryGrowthBytes);
                AssertCleanLog(service);
            }

            Assert.Empty(answers.Distinct().Except(Documented));
            Assert.True(answers.Count > Connections * FramesPerConnection / 2, $"only {answers.Count} answers");
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"TRADING_SEED={seed}; the end of the log:\n{service.Log[^Math.Min(service.Log.Length, 4_000)..]}", failure);
        }
    }

    /// <summary>Sends mutated frames in bursts and reads what comes meanwhile; a connection that a frame ended (a whole disconnect can come out of a mutation) is opened again.</summary>
    private static async Task<List<string>> FuzzAsync(ServiceProcess service, string token, int seed)
    {
        var mutator = new FrameMutator(seed);
        var answers = new List<string>();
        var sent = 0;
        for (var connections = 0; sent < FramesPerConnection; connections++)
        {
            Assert.True(connections < 500, $"{connections} connections for {sent} frames");
            using var socket = await OpenAsync(service, token);
            var reading = ReadAsync(socket);
            sent += await SendAsync(socket, mutator, FramesPerConnection - sent, reading);
            // the end of the reading: the answer to a request that every state answers, or the close
            if (!reading.IsCompleted) await TrySendAsync(socket, """{"type":"no_such_type","request_id":"last"}""");
            answers.AddRange(await reading);
        }

        return answers;
    }

    private static async Task<int> SendAsync(ClientWebSocket socket, FrameMutator mutator, int frames, Task<List<string>> reading)
    {
        for (var sent = 0; sent < frames; sent++)
        {
            if (reading.IsCompleted || !await TrySendAsync(socket, mutator.NextText())) return sent + 1;
        }

        return frames;
    }

    private static async Task<bool> TrySendAsync(ClientWebSocket socket, string frame)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }

    /// <summary>The types of all answers until the last request is answered or the service has closed.</summary>
    private static async Task<List<string>> ReadAsync(ClientWebSocket socket)
    {
        var types = new List<string>();
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        while (true)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var part = await socket.ReceiveAsync(buffer, patience.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                Assert.Equal(WebSocketCloseStatus.NormalClosure, part.CloseStatus);
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
                return types;
            }

            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            var answer = (JsonObject)JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!;
            message.SetLength(0);
            types.Add(Type(answer));
            if (types[^1] == "error") AssertHarmless((JsonObject)answer["data"]!);
            if (answer["request_id"] is JsonValue id && id.GetValue<string>() == "last") return types;
        }
    }

    /// <summary>No fault of the service, and nothing of its inside in the text.</summary>
    private static void AssertHarmless(JsonObject error)
    {
        Assert.NotEqual("fatal", Text(error, "severity"));
        Assert.NotEqual("INTERNAL_ERROR", Text(error, "error_code"));
        foreach (var inside in new[] { "Exception", "   at ", "Trading.", "System." }) Assert.DoesNotContain(inside, error.ToJsonString(), StringComparison.Ordinal);
    }

    private static async Task<ClientWebSocket> OpenAsync(ServiceProcess service, string token)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(service.Address) { Scheme = "ws", Path = "/ws/simulate", Query = "token=" + token }.Uri, CancellationToken.None);
        return socket;
    }

    /// <summary>One day with orders; its fills and its result hash.</summary>
    private static async Task<string> WatchedRunAsync(ServiceProcess service, string token)
    {
        await using var client = new RecordedClient(await SessionClient.ConnectAsync(service.Address, token));
        await client.ExpectAsync("connection_ready");
        await client.CreateAsync("watched", null, "KO", "NVDA");
        await client.StartAsync();
        await client.RunToEndAsync(async tick =>
        {
            if (tick % 40 == 1) await client.OrderAsync($"b-{tick}", Market($"o-{tick}", tick % 80 == 1 ? "buy" : "sell", 10, "NVDA"), Limit($"l-{tick}", "buy", 3, "59.97"));
        });
        using var http = service.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var report = JsonNode.Parse(await http.GetStringAsync(new Uri("/sessions/watched/report", UriKind.Relative)))!;
        return report["result_hash"]!.GetValue<string>() + string.Join('\n', client.All("execution_report").Select(fill => fill.ToJsonString()));
    }

    private static long Resident(ServiceProcess service)
    {
        using var process = Process.GetProcessById(service.ProcessId);
        return process.WorkingSet64;
    }

    private static void AssertCleanLog(ServiceProcess service)
    {
        var log = service.Log;
        foreach (var trouble in new[] { " fail: ", " crit: ", "Unhandled exception" }) Assert.DoesNotContain(trouble, " " + log, StringComparison.Ordinal);
    }
}
