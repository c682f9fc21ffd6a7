using System.Net.WebSockets;
using Trading.Gateway.Diagnostics;
using Trading.GrainInterfaces.Sessions;
using Trading.Protocol;
using Trading.Protocol.Reading;
using Trading.Protocol.Text;
using Trading.Protocol.Writing;

namespace Trading.Gateway.Sessions;

/// <summary>Messages that are not simply a command for the attached session: faults, create, resume, disconnect.</summary>
internal sealed partial class SimulationConnection
{
    private bool _endless;

    private async ValueTask HandleSpecialAsync()
    {
        var message = _special;
        _hasSpecial = false;
        _special = default;
        if (message.Fault is { } fault) await AnswerFaultAsync(message, fault).ConfigureAwait(false);
        else if (message.Type == ClientMessageType.Disconnect) await DisconnectAsync((DisconnectData)message.Payload!, message).ConfigureAwait(false);
        else if (message.Type == ClientMessageType.CreateSession) await CreateAsync((CreateSessionData)message.Payload!, message).ConfigureAwait(false);
        else if (message.Type == ClientMessageType.ResumeSession) await ResumeAsync((ResumeSessionData)message.Payload!, message).ConfigureAwait(false);
        else if (_session is null) await AnswerNoSessionAsync(message.RequestId).ConfigureAwait(false);
        else if (message.SessionId is not null && message.SessionId != _sessionId) await AnswerMismatchAsync(message).ConfigureAwait(false);
        else _commands.Add(CommandMapper.Command(message)); // the session came to be after the message was taken
    }

    private async ValueTask AnswerFaultAsync(ClientMessage message, MessageFault fault)
    {
        await AnswerAsync(fault.Code, fault.Message, fault.Field, message.RequestId).ConfigureAwait(false);
        if (_endless) await CloseOutputAsync(WebSocketCloseStatus.MessageTooBig).ConfigureAwait(false);
    }

    private ValueTask AnswerMismatchAsync(ClientMessage message) =>
        AnswerAsync(ErrorCodes.InvalidField, "session_id: it is not the session of this connection", "session_id", message.RequestId);

    private ValueTask AnswerAsync(string code, string text, string? field, string? requestId)
    {
        GatewayMetrics.ErrorSent(code);
        _writer.Timestamp = InstantText.Micros(_context.Time.GetUtcNow());
        _writer.Error(ErrorData.Validation(code, text), field, requestId);
        return FlushAsync();
    }

    private ValueTask AnswerNoSessionAsync(string? requestId) => AnswerAsync(ErrorCodes.InvalidSessionState, "There is no session on this connection", null, requestId);

    private async ValueTask DisconnectAsync(DisconnectData data, ClientMessage message)
    {
        if (message.SessionId is not null && message.SessionId != _sessionId)
        {
            await AnswerMismatchAsync(message).ConfigureAwait(false);
            return;
        }

        if (data.DiscardSession && _session is not null)
        {
            _leaving = true;
            _commands.Add(new DiscardCommand { RequestId = message.RequestId });
            await ExchangeAsync().ConfigureAwait(false);
            // the answer to a repeated call closes
            if (_recovery is not null) return;
        }

        await CloseOutputAsync(WebSocketCloseStatus.NormalClosure).ConfigureAwait(false);
    }

    private async ValueTask<bool> CreateAsync(CreateSessionData data, ClientMessage message)
    {
        if (_session is not null)
        {
            await AnswerAsync(ErrorCodes.InvalidSessionState, "This connection carries a session already", null, message.RequestId).ConfigureAwait(false);
            return false;
        }

        var session = _context.Grains.Session(_identity.UserId, data.SessionId);
        try
        {
            // creating never displaces the connection of a running session with this id
            var reply = await session.Attach(new ConnectionInfo(Id, _context.SessionObserver, Creating: true, _history.Number), CancellationToken.None).ConfigureAwait(false);
            if (reply.Exists)
            {
                await AnswerAsync(ErrorCodes.SessionAlreadyExists, "An unfinished session has this session_id", "session_id", message.RequestId).ConfigureAwait(false);
                return false;
            }
        }
        catch (Exception failure)
        {
            await FailedAsync(failure, () => CreateAsync(data, message)).ConfigureAwait(false);
            return false;
        }

        await BeginSessionAsync(session, data.SessionId, data.Symbols, data.Extensions, CommandMapper.Create(data, message.RequestId)).ConfigureAwait(false);
        return false;
    }

    private async ValueTask<bool> ResumeAsync(ResumeSessionData data, ClientMessage message)
    {
        if (_session is not null)
        {
            await AnswerAsync(ErrorCodes.InvalidSessionState, "This connection carries a session already; resume_simulation ends a pause", null, message.RequestId).ConfigureAwait(false);
            return false;
        }

        var session = _context.Grains.Session(_identity.UserId, data.SessionId);
        AttachReply attached;
        try
        {
            attached = await session.Attach(new ConnectionInfo(Id, _context.SessionObserver, Exchanges: _history.Number), CancellationToken.None).ConfigureAwait(false);
            if (!attached.Exists && attached.Status is null) await session.Detach(Id).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await FailedAsync(failure, () => ResumeAsync(data, message)).ConfigureAwait(false);
            return false;
        }

        if (!attached.Exists && attached.Status is null)
        {
            await AnswerAsync(ErrorCodes.SessionNotFound, "There is no such session", "session_id", message.RequestId).ConfigureAwait(false);
            return false;
        }

        var symbols = attached.Status?.Symbols ?? [];
        await BeginSessionAsync(session, data.SessionId, symbols, attached.Status?.Extensions ?? [], CommandMapper.ResumeSession(data, message.RequestId)).ConfigureAwait(false);
        return false;
    }

    /// <summary>Makes a session this connection's, unless its first command is refused.</summary>
    private async ValueTask BeginSessionAsync(ISessionGrain session, string sessionId, IReadOnlyList<string> symbols, IReadOnlyList<string> extensions, SessionCommand first)
    {
        _session = session;
        _sessionId = sessionId;
        _fractional = extensions.Contains(Extensions.FractionalQuantity);
        _beginning = true;
        _established = false;
        _refused = false;
        _renderer.Begin(symbols, extensions);
        _history.Begin();
        _commands.Add(first);
        while (await ExchangeAsync().ConfigureAwait(false) && _beginning) { }
    }

    /// <summary>The session has answered its first command, or goes on with it.</summary>
    private async ValueTask BegunAsync(bool more)
    {
        if (more && !_established && !_refused) return;
        _beginning = false;
        if (!_established && _refused && !_closing) await LeaveRefusedAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> LeaveRefusedAsync()
    {
        try
        {
            await _session!.Detach(Id).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await FailedAsync(failure, LeaveRefusedAsync).ConfigureAwait(false);
            return false;
        }

        _session = null;
        _sessionId = null;
        _fractional = false;
        // messages that came while the first command was repeated were taken for the session's
        while (_commands.Count > 0)
        {
            foreach (var command in Collected()) await AnswerNoSessionAsync(command.RequestId).ConfigureAwait(false);
        }

        return false;
    }
}
