using System.Net.WebSockets;
using System.Text.Json;
using Trading.Cluster.Tests.Deployments;

namespace Trading.Cluster.Tests.Clients;

/// <summary>
/// A client of the session protocol that does what docs/determinism.md asks of one that resumes, and nothing more: whatever happens to a connection, it connects again,
/// to any gateway, and goes on. It knows nothing but JSON and a socket.
/// </summary>
internal sealed class SimulationClient(SessionPlan plan, Account account, IDeployment service, Tempo tempo)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly OrderFlow _flow = new(plan);
    private readonly SortedDictionary<int, string> _unconfirmed = [];
    private bool _created;
    private bool _started;
    private bool _complete;
    private int _attempts;
    private int _connections;

    /// <summary>Of this connection: what may come only once on it.</summary>
    private readonly HashSet<string> _fillsHere = new(StringComparer.Ordinal);
    private int _lastTickHere;

    public SessionPlan Plan => plan;

    public Account Account => account;

    public Ledger Ledger { get; } = new();

    /// <summary>
    /// Batches that were sent and whose answer never came. Only the very last of a session may be left: one that completes while its client is away answers the client's
    /// return by its results alone (SIM-270).
    /// </summary>
    public IReadOnlyCollection<string> Unanswered => [.. _unconfirmed.Keys.Select(tick => $"b-{tick}")];

    public Starvation Starvation { get; } = new();

    /// <summary>Drives the session to its end.</summary>
    /// <exception cref="InvalidOperationException">The service answered with an error that no client can get over.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!_complete)
        {
            try
            {
                await ConverseAsync(cancellationToken);
            }
            catch (Exception lost) when (IsLoss(lost) && !cancellationToken.IsCancellationRequested)
            {
                Lost(lost.Message);
            }

            if (_complete) return;
            var pause = FirstPause * Math.Pow(2, Math.Min(_attempts++, 5));
            await Task.Delay(pause < LongestPause ? pause : LongestPause, cancellationToken);
        }
    }

    private static bool IsLoss(Exception exception) =>
        exception is WebSocketException or HttpRequestException or IOException or OperationCanceledException or System.Net.Sockets.SocketException;

    private void Lost(string why)
    {
        if (_lastTickHere > 0 || Ledger.Losses.Count == 0 || Ledger.Losses[^1] != why) Ledger.Losses.Add(why);
        Ledger.Reconnects++;
        _lastTickHere = 0;
    }

    private async Task ConverseAsync(CancellationToken cancellationToken)
    {
        // a client does not know which gateway is alive: it takes them in turn
        var gateways = service.Gateways;
        var gateway = gateways[(plan.Index + _connections++) % gateways.Count];
        _fillsHere.Clear();
        _lastTickHere = 0;
        using var socket = await ConnectAsync(gateway, cancellationToken);
        while (await socket.ReceiveAsync(cancellationToken) is { } message)
        {
            using (message) await HandleAsync(socket, message.RootElement, cancellationToken);
        }

        if (!_complete) Lost(socket.Closing);
    }

    private async Task<ClientSocket> ConnectAsync(Uri gateway, CancellationToken cancellationToken)
    {
        var token = await account.TokenAsync(gateway);
        try
        {
            return await ClientSocket.ConnectAsync(gateway, token, _created ? plan.SessionId : null, cancellationToken);
        }
        catch (WebSocketException refused) when (refused.Message.Contains("401", StringComparison.Ordinal))
        {
            account.Forget();
            throw;
        }
    }

    private async ValueTask HandleAsync(ClientSocket socket, JsonElement message, CancellationToken cancellationToken)
    {
        var data = message.GetProperty("data");
        switch (message.GetProperty("type").GetString())
        {
            case "connection_ready":
                await socket.SendAsync(_created ? Resume() : Create(), cancellationToken);
                break;
            case "session_created":
                _created = true;
                await socket.SendAsync(Start(), cancellationToken);
                break;
            case "simulation_started":
                _started = true;
                break;
            case "state_sync":
                foreach (var fill in data.GetProperty("missed_executions").EnumerateArray()) TakeFill(fill);
                if (!_started) await socket.SendAsync(Start(), cancellationToken);
                break;
            case "tick":
                await TakeTickAsync(socket, data, cancellationToken);
                break;
            case "batch_ack":
                TakeAcknowledgement(data);
                break;
            case "execution_report":
                TakeFill(data);
                break;
            case "simulation_report":
                Ledger.ResultHash = data.GetProperty("result_hash").GetString();
                break;
            case "simulation_complete":
                Ledger.FinalEquity = data.GetProperty("final_equity").GetString();
                Starvation.Served(Ledger.Ticks.Count + 1);
                _complete = true;
                break;
            case "error":
                await TakeErrorAsync(socket, message, data, cancellationToken);
                break;
            default:
                break;
        }
    }

    private async ValueTask TakeTickAsync(ClientSocket socket, JsonElement data, CancellationToken cancellationToken)
    {
        var (number, simTime) = (data.GetProperty("sequence_id").GetInt32(), data.GetProperty("sim_time").GetString()!);
        if (_lastTickHere > 0 && number != _lastTickHere + 1) Ledger.Violate($"tick {number} came behind tick {_lastTickHere} on one connection");
        _lastTickHere = number;
        _started = true;
        if (Ledger.Tick(number, simTime))
        {
            _attempts = 0;
            Starvation.Served(number);
            await tempo.BeforeAsync(number, cancellationToken);
            if (_flow.BatchAt(number, ClientBars.Instant(simTime)) is { } batch) _unconfirmed[number] = batch;
        }

        if (number == Ledger.Ticks.Count) Starvation.Waits();
        if (_unconfirmed.TryGetValue(number, out var unconfirmed)) await socket.SendAsync(unconfirmed, cancellationToken);
        await socket.SendAsync($$$"""{"type":"tick_ack","data":{"sequence_id":{{{number}}},"processing_status":"ready"}}""", cancellationToken);
    }

    private void TakeAcknowledgement(JsonElement data)
    {
        var id = data.GetProperty("batch_id").GetString()!;
        _unconfirmed.Remove(int.Parse(id.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture));
        Ledger.Batch(
            id,
            data.GetRawText(),
            data.GetProperty("accepted_orders").EnumerateArray().Select(order => order.GetString()!),
            data.GetProperty("rejected_orders").EnumerateObject().Select(order => order.Name));
    }

    private void TakeFill(JsonElement fill)
    {
        var id = fill.GetProperty("execution_id").GetString()!;
        if (!_fillsHere.Add(id)) Ledger.Violate($"execution {id} was told twice on one connection");
        Ledger.Fill(id, fill.GetRawText());
    }

    private async ValueTask TakeErrorAsync(ClientSocket socket, JsonElement message, JsonElement data, CancellationToken cancellationToken)
    {
        var request = message.TryGetProperty("request_id", out var id) ? id.GetString() : null;
        var code = data.GetProperty("error_code").GetString();
        if (request?.StartsWith("b-", StringComparison.Ordinal) == true && data.GetProperty("error_type").GetString() != "rate_limit") return;
        if (code == "SESSION_ALREADY_EXISTS" && request == "create")
        {
            // the answer to the first attempt was lost
            _created = true;
            await socket.SendAsync(Resume(), cancellationToken);
        }
        else if (code == "INVALID_SESSION_STATE" && request == "start")
        {
            _started = true;
        }
        else if (code == "SESSION_NOT_FOUND" && !_started)
        {
            // it was never durable
            _created = false;
            await socket.SendAsync(Create(), cancellationToken);
        }
        else if (data.GetProperty("error_type").GetString() == "connection" || data.GetProperty("severity").GetString() == "warning")
        {
            // the close follows, and then the next attempt; a warning changes nothing
            Ledger.Losses.Add($"{code}: {data.GetProperty("message").GetString()}");
        }
        else
        {
            throw new InvalidOperationException($"{plan.SessionId}: {message.GetRawText()}");
        }
    }

    /// <summary>A tick is processed once its orders are acknowledged: what comes back begins before the first batch that is not.</summary>
    private string Resume() => JsonSerializer.Serialize(new
    {
        type = "resume_session",
        data = new { session_id = plan.SessionId, last_processed_sequence_id = _unconfirmed.Count > 0 ? _unconfirmed.First().Key - 1 : Ledger.Ticks.Count },
        request_id = "resume",
    });

    private string Start() => JsonSerializer.Serialize(new
    {
        type = "start_simulation",
        data = new { max_pending_ticks = plan.Window, account_update_frequency = "on_demand" },
        request_id = "start",
    });

    private string Create() => JsonSerializer.Serialize(new
    {
        type = "create_session",
        data = new
        {
            session_id = plan.SessionId,
            symbols = plan.Symbols,
            start = plan.Start,
            end = plan.End,
            initial_cash = "10000000.00",
            commission_per_share = "0.005",
            slippage_bps = 5,
            extensions = new[] { "report" },
            execution = new { seed = plan.Seed, latency_ms = 300, latency_jitter_ms = 400 },
        },
        request_id = "create",
    });
}
