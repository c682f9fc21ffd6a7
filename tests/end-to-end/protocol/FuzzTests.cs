using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;
using Trading.Protocol.Tests;
using Xunit.Abstractions;
using static Trading.EndToEnd.Tests.Protocol.RecordedClient;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>A service of its own, so that its log and its memory are those of the fuzzing alone.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Connections = 6;
    private const int FramesPerConnection = 20_000;
    private const int BurstFrames = 500;
    private const string EndOfBurst = "end-of-burst";

    /// <summary>Every so many frames one is binary, and need not even be text.</summary>
    private const int BinaryEvery = 16;

    /// <summary>Far above what a hundred thousand small frames need, far below what keeping them and their answers would take.</summary>
    private const long MemoryGrowthBytes = 150L << 20;

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
            var memory = Resident(service);
            var answers = new List<string>();
            for (var connection = 0; connection < Connections; connection++)
            {
                // half of the connections have a running session for the frames to hit
                var watched = WatchedRunAsync(service, token);
                var got = await FuzzAsync(service, token, seed + connection, hasSession: connection % 2 == 1);
                Assert.Equal(alone, await watched);
                AssertCleanLog(service);
                answers.AddRange(got);
                output.WriteLine($"connection {connection}: {got.Count} answers, {Resident(service) >> 20} MB, {string.Join(", ", got.CountBy(type => type).Select(type => $"{type.Key} {type.Value}"))}");
            }

            Assert.InRange(Resident(service) - memory, long.MinValue, MemoryGrowthBytes);
            Assert.Empty(answers.Distinct().Except(Documented));
            Assert.True(answers.Count > Connections * FramesPerConnection / 2, $"only {answers.Count} answers");
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"TRADING_SEED={seed}; the end of the log:\n{service.Log[^Math.Min(service.Log.Length, 4_000)..]}", failure);
        }
    }

    /// <summary>
    /// Sends mutated frames in bursts and reads what comes meanwhile. A burst counts when the request at its end is answered: the service has seen every
    /// frame of it. A connection that a frame ended (a whole disconnect can come out of a mutation) is opened again.
    /// </summary>
    private static async Task<List<string>> FuzzAsync(ServiceProcess service, string token, int seed, bool hasSession)
    {
        var mutator = new FrameMutator(seed);
        var answers = new List<string>();
        var done = 0;
        for (var connections = 0; done < FramesPerConnection; connections++)
        {
            Assert.True(connections < 200, $"{connections} connections for {done} frames");
            using var socket = await OpenAsync(service, token);
            if (hasSession) await BeginAsync(socket, $"fuzz-{seed}-{connections}");
            while (done < FramesPerConnection)
            {
                var reading = ReadBurstAsync(socket, answers);
                await SendBurstAsync(socket, mutator);
                if (!await reading) break;
                done += BurstFrames;
            }
        }

        return answers;
    }

    private static async Task SendBurstAsync(ClientWebSocket socket, FrameMutator mutator)
    {
        for (var at = 1; at <= BurstFrames; at++)
        {
            var isBinary = at % BinaryEvery == 0;
            var frame = isBinary ? mutator.NextBytes() : Encoding.UTF8.GetBytes(mutator.NextText());
            if (!await TrySendAsync(socket, frame, isBinary ? WebSocketMessageType.Binary : WebSocketMessageType.Text)) return;
        }

        await TrySendAsync(socket, Encoding.UTF8.GetBytes($$"""{"type":"no_such_type","request_id":"{{EndOfBurst}}"}"""));
    }

    /// <summary>A running session, so that every frame has something to act on; without fast_forward, which would end it at once.</summary>
    private static async Task BeginAsync(ClientWebSocket socket, string session)
    {
        var create = Merge(Session(session, "NVDA", "KO"), new() { ["extensions"] = new JsonArray("cancel_orders", "replace_order", "order_update", "simulation_resumed", "report") });
        foreach (var (type, data) in new[] { ("create_session", create), ("start_simulation", new JsonObject { ["max_pending_ticks"] = 1_000 }) })
            await TrySendAsync(socket, Encoding.UTF8.GetBytes(new JsonObject { ["type"] = type, ["data"] = data }.ToJsonString()));
    }

    private static async Task<bool> TrySendAsync(ClientWebSocket socket, byte[] frame, WebSocketMessageType type = WebSocketMessageType.Text)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await socket.SendAsync(frame, type, endOfMessage: true, patience.Token);
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }

    /// <summary>Adds the types of all answers until the request at the end of the burst is answered; false when the service closed before.</summary>
    private static async Task<bool> ReadBurstAsync(ClientWebSocket socket, List<string> types)
    {
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
                return false;
            }

            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            var answer = (JsonObject)JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!;
            message.SetLength(0);
            types.Add(Type(answer));
            if (types[^1] == "error") AssertHarmless((JsonObject)answer["data"]!);
            if (answer["request_id"] is JsonValue id && id.GetValue<string>() == EndOfBurst) return true;
        }
    }

    /// <summary>No fault of the service, and nothing of its inside in the text.</summary>
    private static void AssertHarmless(JsonObject error)
    {
        Assert.NotEqual("fatal", Text(error, "severity"));
        Assert.NotEqual("INTERNAL_ERROR", Text(error, "error_code"));
        Assert.Contains(Text(error, "error_code"), Schema.ErrorCodes);
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
