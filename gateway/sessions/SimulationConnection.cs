using System.Diagnostics;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Trading.Gateway.Auth;
using Trading.Gateway.Diagnostics;
using Trading.Gateway.Grains;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;
using Trading.Protocol;
using Trading.Protocol.Reading;
using Trading.Protocol.Text;
using Trading.Protocol.Writing;

namespace Trading.Gateway.Sessions;

/// <summary>What all connections of a gateway share.</summary>
internal sealed record ConnectionContext(
    IGatewayGrains Grains, GatewayOptions Options, TimeProvider Time, ILogger Logger, ISessionObserver SessionObserver, ITenantObserver TenantObserver);

/// <summary>
/// One client connection: takes messages, gives them to its session in as few calls as they arrive together, and writes what the session answers.
/// </summary>
/// <remarks>
/// The receive loop, timers and hints from grains all act under one gate, so frames never interleave and a session sees one call at a time. The loop
/// is on the path of every tick: while receives complete at once it only collects, then makes one call and sends the answers from one buffer.
/// </remarks>
internal sealed partial class SimulationConnection : IDisposable
{
    private readonly WebSocket _socket;
    private readonly Identity _identity;
    private readonly string? _resumes;
    private readonly ConnectionContext _context;
    private readonly MessageReceiver _receiver;
    private readonly JsonText _json = new();
    private readonly MessageWriter _writer;
    private readonly OutputRenderer _renderer;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly List<SessionCommand> _commands = [];
    private readonly RefusalCounter _refusals;
    private readonly ActivityContext _trace = Activity.Current?.Context ?? default;
    private readonly ExchangeHistory _history = new();
    private ClientMessage _special;
    private bool _hasSpecial;
    private ISessionGrain? _session;
    private string? _sessionId;
    private bool _fractional;
    private bool _beginning;
    private bool _established;
    private bool _refused;
    private bool _leaving;
    private bool _displaced;
    private bool _faulted;
    private volatile bool _closing;
    private long _sendStarted;
    private long _lastActivity;

    /// <param name="resumes">Session that the handshake said it resumes; null when it said nothing.</param>
    internal SimulationConnection(string id, WebSocket socket, Identity identity, bool coreErrorTypes, string? resumes, ConnectionContext context)
    {
        Id = id;
        _resumes = resumes;
        _socket = socket;
        _identity = identity;
        _context = context;
        _receiver = new MessageReceiver(socket, context.Options.MaximumMessageBytes, context.Options.HardMessageBytes);
        _writer = new MessageWriter(_json) { CoreErrorTypes = coreErrorTypes };
        _renderer = new OutputRenderer(_writer);
        _refusals = new RefusalCounter(context.Options.RefusalsPerMinute, context.Time);
        _lastActivity = context.Time.GetTimestamp();
    }

    internal string Id { get; }

    /// <summary>Serves the connection until it ends; never throws for what a client or a network does.</summary>
    internal async Task RunAsync()
    {
        try
        {
            if (await OpenAsync().ConfigureAwait(false)) await ReceiveAllAsync().ConfigureAwait(false);
            else await AwaitCloseAsync().ConfigureAwait(false);
        }
        catch (WebSocketException broken) when (broken.WebSocketErrorCode == WebSocketError.Faulted)
        {
            // frames or text against RFC 6455: the socket has sent 1002 or 1007, and an abort would overtake it
            _faulted = true;
            _endedBy ??= "lost";
            GatewayLog.Lost(_context.Logger, Id, broken);
        }
        catch (Exception lost) when (IsLoss(lost))
        {
            _endedBy ??= "lost";
            GatewayLog.Lost(_context.Logger, Id, lost);
        }
        catch (Exception failure)
        {
            // one connection's failure is that connection's alone
            _endedBy ??= "failed";
            GatewayLog.Failed(_context.Logger, Id, failure);
        }
        finally
        {
            await CleanUpAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _intervals?.Dispose();
        _receiver.Dispose();
        _json.Dispose();
        _gate.Dispose();
        _socket.Dispose();
    }

    private static bool IsLoss(Exception exception) =>
        exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or Microsoft.AspNetCore.Connections.ConnectionAbortedException;

    private async Task ReceiveAllAsync()
    {
        var receive = _receiver.ReceiveAsync();
        while (true)
        {
            var received = await receive.ConfigureAwait(false);
            if (received.Kind == ReceivedKind.Close)
            {
                await EndByClientAsync().ConfigureAwait(false);
                return;
            }

            await EnterAsync().ConfigureAwait(false);
            try
            {
                Take(received);
                receive = await ProcessAsync(_receiver.ReceiveAsync()).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    /// <summary>Exchanges what was taken, joining every message that has arrived meanwhile, until nothing is left to do. Returns the receive under way.</summary>
    /// <remarks>While an exchange is repeated, what was taken waits for it.</remarks>
    private async ValueTask<ValueTask<Received>> ProcessAsync(ValueTask<Received> receive)
    {
        var more = false;
        while (!_closing && _recovery is null)
        {
            while (!_closing && !_hasSpecial && _commands.Count < _context.Options.MaximumCommands && receive.IsCompletedSuccessfully)
            {
                var next = receive.Result;
                if (next.Kind == ReceivedKind.Close) return new ValueTask<Received>(next);
                Take(next);
                receive = _receiver.ReceiveAsync();
            }

            more = await StepAsync(more).ConfigureAwait(false);
            if (!more && _commands.Count == 0) break;
        }

        return receive;
    }

    /// <summary>Exchanges the commands collected, then handles the special message behind them. Returns whether the session has more to say.</summary>
    private async ValueTask<bool> StepAsync(bool more)
    {
        if (more || _commands.Count > 0) more = await ExchangeAsync().ConfigureAwait(false);
        if (_hasSpecial && _commands.Count == 0 && !_closing && _recovery is null) await HandleSpecialAsync().ConfigureAwait(false);
        return more;
    }

    /// <summary>Turns a message into a command, or keeps it as the special one that is handled after the commands before it.</summary>
    private void Take(in Received received)
    {
        if (_closing) return;
        Volatile.Write(ref _lastActivity, _context.Time.GetTimestamp());
        if (_recovery is { } recovery) recovery.WaitingBytes += received.Message.Length;
        var message = received.Kind switch
        {
            ReceivedKind.Text => MessageReader.Read(received.Message.Span, _fractional),
            ReceivedKind.Binary => MessageReader.Unreadable("binary; text is expected"),
            _ => MessageReader.Unreadable($"larger than {_context.Options.MaximumMessageBytes} bytes"),
        };
        GatewayMetrics.Received(message.Type);
        if (message.Fault is not null) Risks.BadMessage(received.Kind);
        var ordinary = message.Fault is null && _session is not null
            && message.Type is not (ClientMessageType.CreateSession or ClientMessageType.ResumeSession or ClientMessageType.Disconnect)
            && (message.SessionId is null || message.SessionId == _sessionId);
        if (ordinary)
        {
            _commands.Add(CommandMapper.Command(message));
            return;
        }

        _special = message;
        _hasSpecial = true;
        _endless = received.Kind == ReceivedKind.Endless;
    }

    /// <summary>One call to the session with the commands collected, and its answers on the wire. Returns whether the session has more to say; false while the call has to be repeated.</summary>
    private ValueTask<bool> ExchangeAsync() => ExchangeAsync(_history.Next(Id, Collected()));

    private async ValueTask<bool> ExchangeAsync(ExchangeRequest request)
    {
        ExchangeReply reply;
        using var span = GatewayTracing.BeginExchange(_trace, _sessionId, request.Commands.Count);
        var start = Stopwatch.GetTimestamp();
        try
        {
            reply = await _session!.Exchange(request, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            GatewayMetrics.Exchanged(start, "failed");
            span.Failed(failure);
            await ExchangeFailedAsync(failure, request).ConfigureAwait(false);
            return false;
        }

        GatewayMetrics.Exchanged(start, reply.Displaced ? "displaced" : "ok");
        span.Answered(reply.Outputs.Count);
        return await DeliverAsync(request, reply).ConfigureAwait(false);
    }

    // apart from the call, so that a call that is answered makes no closure
    private ValueTask ExchangeFailedAsync(Exception failure, ExchangeRequest request) => FailedAsync(
        failure, () => ExchangeAsync(_history.Repeat(request, _context.SessionObserver)), _history.CanContinue || failure is not SessionInterruptedException);

    /// <summary>The oldest commands that wait, as many as one call takes.</summary>
    private SessionCommand[] Collected()
    {
        if (_commands.Count == 0) return [];
        var count = Math.Min(_commands.Count, _context.Options.MaximumCommands);
        var commands = new SessionCommand[count];
        _commands.CopyTo(0, commands, 0, count);
        _commands.RemoveRange(0, count);
        return commands;
    }

    private async ValueTask<bool> DeliverAsync(ExchangeRequest request, ExchangeReply reply)
    {
        if (reply.Displaced)
        {
            await CloseSilentlyAsync().ConfigureAwait(false);
            return false;
        }

        _history.Answered(request, reply);
        try
        {
            Render(reply.Outputs);
        }
        catch (Exception failure)
        {
            _json.Clear();
            await FailAsync(failure).ConfigureAwait(false);
            return false;
        }

        await FlushAsync().ConfigureAwait(false);
        // a session that ended before this connection came is not this connection's: its refusal is the whole answer (SIM-274)
        var ended = reply.End != SessionEnd.No && (_established || !_refused);
        if (ended) await EndSessionAsync(reply.End).ConfigureAwait(false);
        else if (_refusals.TooMany) await CloseLockedAsync(Closing.Refusals).ConfigureAwait(false);
        if (_leaving) await CloseOutputAsync(WebSocketCloseStatus.NormalClosure).ConfigureAwait(false);
        if (_beginning) await BegunAsync(reply.More).ConfigureAwait(false);
        return reply.More && !_closing;
    }

    private void Render(IReadOnlyList<SessionOutput> outputs)
    {
        _writer.Timestamp = InstantText.Micros(_context.Time.GetUtcNow());
        for (var i = 0; i < outputs.Count; i++)
        {
            var output = outputs[i];
            if (output is not TicksOutput ticks) Notice(output);
            else GatewayMetrics.TicksSent(ticks.Times.Length);
            _renderer.Render(output);
        }
    }

    /// <summary>What the gateway itself must know of an output.</summary>
    private void Notice(SessionOutput output)
    {
        switch (output)
        {
            case StateSyncOutput sync:
                _established = true;
                // nobody else keeps the pace of a run without flow control (SIM-152)
                if (sync.TickIntervalMs > 0) StartIntervals(sync.TickIntervalMs);
                break;
            case CreatedOutput:
                _established = true;
                break;
            case StartedOutput { FlowControl: false } started:
                StartIntervals(started.TickIntervalMs);
                break;
            case ErrorOutput error:
                GatewayMetrics.ErrorSent(error.Code);
                if (error.Severity != "warning") _refused = true;
                if (error.Type == ErrorTypes.RateLimit) _refusals.Count();
                break;
            default:
                break;
        }
    }

    private async ValueTask EndSessionAsync(SessionEnd end)
    {
        StopIntervals();
        switch (end)
        {
            case SessionEnd.Completed: await CloseLockedAsync(Closing.Completed).ConfigureAwait(false); break;
            case SessionEnd.MaxDuration: await CloseLockedAsync(Closing.SimulationLost).ConfigureAwait(false); break;
            case SessionEnd.Discarded: await CloseOutputAsync(WebSocketCloseStatus.NormalClosure).ConfigureAwait(false); break;
            default: break; // after a fatal error only disconnect is left to the client
        }
    }

    /// <summary>Sends every finished frame, waiting for the client where it is slow.</summary>
    private async ValueTask FlushAsync()
    {
        for (var i = 0; i < _json.FrameCount; i++)
        {
            var send = _socket.SendAsync(_json.Frame(i), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            if (send.IsCompletedSuccessfully)
            {
                send.GetAwaiter().GetResult();
                continue;
            }

            // the sweep gives the connection up when this takes too long; a cancellable send would cost more on every call
            Volatile.Write(ref _sendStarted, _context.Time.GetTimestamp());
            await send.ConfigureAwait(false);
            Volatile.Write(ref _sendStarted, 0);
        }

        _json.Clear();
    }
}
