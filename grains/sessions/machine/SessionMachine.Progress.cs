using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>The two commands that take as many calls as their ticks need: <c>advance</c> and <c>resume_session</c>.</summary>
public sealed partial class SessionMachine
{
    private void Advance(AdvanceCommand command)
    {
        if (!Allows(SessionExtensions.FastForward, "advance", command)) return;
        if (_clientPaused)
        {
            _outbox.Say(SessionErrors.WrongState("advance", State, command.RequestId));
        }
        else if (command.Count < 1 || (command.Count is not null && command.Until is not null))
        {
            _outbox.Say(SessionErrors.InvalidField("count", "advance takes until or a count of at least 1, not both", command.RequestId));
        }
        else
        {
            _advance = new PendingAdvance(command, _run.CompletedTicks, _relay.Fills, _relay.Endings);
        }
    }

    /// <summary>Null while the advance goes on.</summary>
    private string? WhyDone(PendingAdvance advance)
    {
        var completed = _run.CompletedTicks;
        var command = advance.Command;
        if (advance.Interrupted) return "pause";
        if (completed == _run.TickCount) return "end";
        if (command.Until is { } until && _run.TimeOf(completed + 1) >= until) return "until";
        if (completed == advance.From) return null;
        if (command.StopOn.HasFlag(AdvanceStops.Fill) && _relay.Fills > advance.Fills) return "fill";
        if (command.StopOn.HasFlag(AdvanceStops.OrderUpdate) && _relay.Endings > advance.Endings) return "order_update";
        if (command.StopOn.HasFlag(AdvanceStops.EndOfDay) && _run.EndsDay(completed)) return "eod";
        return completed - advance.From == command.Count ? "count" : null;
    }

    private void FinishAdvance()
    {
        if (_advance is not { } advance) return;
        var stoppedBy = WhyDone(advance) ?? "pause";
        _advance = null;
        var completed = _run.CompletedTicks;
        // the ticks that were passed count as sent and acknowledged
        if (completed > _window.Sent) _window.Sent = completed;
        if (completed > 0) _window.Acknowledge(completed, 0, completed);
        if (_start.AccountUpdates == AccountUpdateFrequency.EveryTick && completed > advance.From) _outbox.Say(new AccountOutput(_run.Account(), false));
        _outbox.Say(new AdvancedOutput(completed, completed == 0 ? 0 : _run.TimeOf(completed), stoppedBy) { RequestId = advance.Command.RequestId });
    }

    private void ResumeSession(ResumeSessionCommand command)
    {
        if (_connected)
        {
            _outbox.Say(SessionErrors.WrongState("resume_session", State, command.RequestId));
            return;
        }

        if (_phase == SessionState.Error)
        {
            _outbox.Say(SessionErrors.ResumeNotPossible("The session has ended", command.RequestId));
            return;
        }

        // after a restart the last tick sent is unknown (decision 004)
        var bound = _sentIsKnown || _phase == SessionState.Ready ? _sentEver : _run.TickCount;
        if (command.LastProcessedSequence < 0 || command.LastProcessedSequence > bound)
        {
            _outbox.Say(SessionErrors.InvalidSequence(command.LastProcessedSequence, bound, command.RequestId));
            return;
        }

        _connected = true;
        _resume = new PendingResume((int)command.LastProcessedSequence, command.RequestId);
    }

    /// <summary>Once every processed tick is executed: the state, and then the ticks that come after (SIM-257 to SIM-263, SIM-270).</summary>
    private void FinishResume(DateTimeOffset now)
    {
        if (_resume is not { } resume) return;
        _resume = null;
        var next = resume.LastProcessed + 1;
        _window.Restart(resume.LastProcessed);
        if (resume.LastProcessed > _sentEver) _sentEver = resume.LastProcessed;
        _sentIsKnown = true;
        _outbox.Say(new StateSyncOutput(_run.TimeOf(next), next, _run.Account(), _orders.Open(), _orders.FillsFrom(NotKnownDelivered(resume.LastProcessed)))
        {
            RequestId = resume.RequestId,
            TickIntervalMs = _phase == SessionState.Running && !_start.FlowControl ? _options.TickIntervalMs : 0,
        });
        foreach (var warning in _resumeWarnings) _outbox.Say(warning);
        _resumeWarnings = [];
        if (IsRunning) WatchOrders(now);
        if (_phase != SessionState.Completed) return;
        if (_extensions.HasFlag(SessionExtensions.Report)) _outbox.Say(new ReportOutput(_run.Report(Definition.SessionId, Refused)));
        _outbox.Say(Results());
    }

    /// <summary>
    /// The first tick whose reports the client need not have. They were sent when at most a window of ticks after it was out, so only a client that
    /// has processed a tick beyond that window is known to have them; with a window of one, that is every tick before the last processed one.
    /// </summary>
    private int NotKnownDelivered(int lastProcessed) => lastProcessed - _window.Capacity + 1;

    private sealed class PendingAdvance(AdvanceCommand command, int from, int fills, int endings)
    {
        public AdvanceCommand Command { get; } = command;

        public int From { get; } = from;

        public int Fills { get; } = fills;

        public int Endings { get; } = endings;

        /// <summary>The client wants to pause.</summary>
        public bool Interrupted { get; set; }
    }

    private sealed record PendingResume(int LastProcessed, string? RequestId);
}
