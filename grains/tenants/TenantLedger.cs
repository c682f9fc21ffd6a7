using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Trading.GrainInterfaces.Tenants;
using Trading.Storage.Accounts;
using Trading.Storage.Journal;
using Trading.Storage.Usage;

namespace Trading.Grains.Tenants;

/// <summary>
/// The rules of one user's sessions and metering, applied to the stored <see cref="TenantState"/>: who may create a session, what is counted,
/// and what is charged. Pure; the grain persists the state before it answers.
/// </summary>
/// <remarks>The only one who changes the state's sessions while it lives: it keeps count of them, so that no call costs the number of sessions.</remarks>
internal sealed class TenantLedger(TenantState state, PlanOptions options)
{
    /// <summary>How long an ended session is remembered, so that a late or repeated call about it is recognised.</summary>
    internal static readonly TimeSpan EndedRetention = TimeSpan.FromMinutes(10);

    private const int MaxEnded = 1000;

    private int _admitted;
    private int _ended;

    /// <summary>Before this nothing expires. The first look always counts.</summary>
    private DateTimeOffset _pruneAt = DateTimeOffset.MinValue;

    private TimeSpan Retention => TimeSpan.FromHours(options.SessionRetentionHours);

    /// <summary>Counts a session about to be created. Repeating it for a session that is still open changes nothing.</summary>
    public LimitVerdict AdmitSession(string sessionId, int symbols, EffectiveLimits limits, DateTimeOffset now)
    {
        Prune(now);
        var plan = limits.Wire.Plan;
        if (state.Sessions.TryGetValue(sessionId, out var entry) && entry.Stage != SessionStage.Ended)
        {
            entry.LastSeen = now;
            return Verdicts.Allowed(plan);
        }

        if (Refusal(symbols, limits, now) is { } refusal) return refusal;

        FixedWindow.Hour.Add(state.Hour, now, 1);
        if (entry is not null) _ended--;
        _admitted++;
        ExpiresAt(now + Retention);
        state.Sessions[sessionId] = new SessionEntry { Stage = SessionStage.Admitted, AdmittedAt = now, LastSeen = now, Day = DayOf(now) };
        return limits.Wire.SessionsPerHour is { } hourly && FixedWindow.Hour.ShouldWarn(state.Hour, now, hourly, options.WarningPercent)
            ? Verdicts.Warning(plan, LimitNames.SessionsPerHour, state.Hour.Used, hourly, FixedWindow.Hour.EndOf(now))
            : Verdicts.Allowed(plan);
    }

    /// <summary>A simulation begins, or goes on after a resume: counted once for the day of its start (SIM-O38). False when the session is unknown.</summary>
    public bool StartSession(string sessionId, DateTimeOffset now)
    {
        if (!state.Sessions.TryGetValue(sessionId, out var entry)) return false;
        entry.LastSeen = now;
        if (entry.Stage != SessionStage.Admitted) return true;
        Prune(now);
        _admitted--;
        entry.Stage = SessionStage.Started;
        FixedWindow.Day.Add(state.SimulationsToday, now, 1);
        Charge(sessionId, entry, DayOf(now), MeteringKind.Simulation, 1);
        return true;
    }

    /// <summary>Frees the place of a session.</summary>
    public void EndSession(string sessionId, DateTimeOffset now)
    {
        if (!state.Sessions.TryGetValue(sessionId, out var entry)) return;
        entry.LastSeen = now;
        Prune(now);
        if (entry.Stage == SessionStage.Admitted) _admitted--;
        if (entry.Stage != SessionStage.Ended) _ended++;
        entry.Stage = SessionStage.Ended;
        ExpiresAt(now + EndedRetention);
        Prune(now);
    }

    /// <summary>The first <paramref name="ticks"/> ticks of a session were sent; only what lies above the high-water mark counts. False when the session is unknown.</summary>
    public bool MeterTicks(string sessionId, int ticks, DateTimeOffset now)
    {
        if (!state.Sessions.TryGetValue(sessionId, out var entry)) return false;
        var fresh = ticks - entry.Ticks;
        if (fresh <= 0) return true;
        if (entry.Day != DayOf(now))
        {
            entry.Day = DayOf(now);
            entry.DayTicks = 0;
        }

        entry.Ticks = ticks;
        entry.DayTicks += fresh;
        if (entry.Stage != SessionStage.Ended) entry.LastSeen = now;
        FixedWindow.Day.Add(state.TicksToday, now, fresh);
        Charge(sessionId, entry, entry.Day, MeteringKind.Ticks, entry.DayTicks);
        return true;
    }

    /// <summary>A detailed report was delivered: counted once per session. False when the session is unknown.</summary>
    public bool MeterReport(string sessionId, DateTimeOffset now)
    {
        if (!state.Sessions.TryGetValue(sessionId, out var entry)) return false;
        if (entry.Reported) return true;
        entry.Reported = true;
        Charge(sessionId, entry, DayOf(now), MeteringKind.Report, 1);
        return true;
    }

    /// <summary>Sessions that hold a place now (SIM-058).</summary>
    public int OpenSessions(DateTimeOffset now)
    {
        Prune(now);
        return state.Sessions.Count - _ended;
    }

    public long SessionsThisHour(DateTimeOffset now) => FixedWindow.Hour.Used(state.Hour, now);

    /// <summary>The records that the usage store has not confirmed yet.</summary>
    public IReadOnlyList<MeteringRecord> PendingRecords(string user) =>
        [.. state.Pending.Select(record => new MeteringRecord(user, record.Session, DateOnly.FromDayNumber(record.Day), (MeteringKind)record.Kind, record.Quantity))];

    /// <summary>The usage store has confirmed all pending records.</summary>
    public void Settle() => state.Pending.Clear();

    private LimitVerdict? Refusal(int symbols, EffectiveLimits limits, DateTimeOffset now)
    {
        var wire = limits.Wire;
        if (symbols > wire.MaxSymbolsPerSession)
            return Verdicts.Refused(Verdicts.TooManySymbols, wire.Plan, LimitNames.MaxSymbolsPerSession, symbols, wire.MaxSymbolsPerSession.Value, now);

        var hour = FixedWindow.Hour.Used(state.Hour, now) + 1;
        if (hour > wire.SessionsPerHour)
            return Verdicts.Refused(Verdicts.RateLimit, wire.Plan, LimitNames.SessionsPerHour, hour, wire.SessionsPerHour.Value, FixedWindow.Hour.EndOf(now));

        var open = OpenSessions(now) + 1;
        if (open > wire.ConcurrentSessions)
            return Verdicts.Refused(Verdicts.RateLimit, wire.Plan, LimitNames.ConcurrentSessions, open, wire.ConcurrentSessions.Value, NextExpiry(now));

        var runs = SimulationsOfDay(now) + 1;
        if (runs > limits.SimulationsPerDay)
            return Verdicts.Refused(Verdicts.DailyQuota, wire.Plan, LimitNames.SimulationsPerDay, runs, limits.SimulationsPerDay.Value, FixedWindow.Day.EndOf(now));

        var ticks = FixedWindow.Day.Used(state.TicksToday, now);
        if (ticks >= limits.TicksPerDay)
            return Verdicts.Refused(Verdicts.DailyQuota, wire.Plan, LimitNames.TicksPerDay, ticks + 1, limits.TicksPerDay.Value, FixedWindow.Day.EndOf(now));

        return null;
    }

    // A session that is created but not started will start without being asked again, so it takes its share of the day at once.
    private long SimulationsOfDay(DateTimeOffset now) => FixedWindow.Day.Used(state.SimulationsToday, now) + _admitted;

    // Nobody can know when a running session ends; the oldest silent one is given up at its expiry.
    private DateTimeOffset NextExpiry(DateTimeOffset now) => state.Sessions.Values
        .Where(entry => entry.Stage != SessionStage.Ended)
        .Select(entry => entry.LastSeen + Retention)
        .DefaultIfEmpty(now)
        .Min();

    private void Charge(string sessionId, SessionEntry entry, int day, MeteringKind kind, long quantity)
    {
        var run = RunName(sessionId, entry.AdmittedAt);
        var pending = state.Pending.Find(record => record.Session == run && record.Day == day && record.Kind == (byte)kind);
        if (pending is null)
        {
            pending = new PendingUsage { Session = run, Day = day, Kind = (byte)kind };
            state.Pending.Add(pending);
        }

        pending.Quantity = quantity;
    }

    /// <summary>
    /// A session id may be used again once its session is finished, and then is charged again; the time of creation tells the runs apart (SIM-079).
    /// An id too long for both ends in a digest instead of its last characters.
    /// </summary>
    internal static string RunName(string sessionId, DateTimeOffset admittedAt)
    {
        var time = admittedAt.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);
        var room = SessionKey.MaxPartLength - time.Length - 1;
        if (sessionId.Length <= room) return sessionId + "@" + time;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sessionId)))[..16];
        var kept = room - digest.Length - 1;
        if (char.IsHighSurrogate(sessionId[kept - 1])) kept--;
        return sessionId[..kept] + "~" + digest + "@" + time;
    }

    private void ExpiresAt(DateTimeOffset instant)
    {
        if (instant < _pruneAt) _pruneAt = instant;
    }

    private void Prune(DateTimeOffset now)
    {
        if (now < _pruneAt && _ended <= MaxEnded) return;
        (_admitted, _ended, _pruneAt) = (0, 0, DateTimeOffset.MaxValue);
        foreach (var (session, entry) in state.Sessions)
        {
            var expires = entry.LastSeen + (entry.Stage == SessionStage.Ended ? EndedRetention : Retention);
            if (expires <= now)
            {
                state.Sessions.Remove(session);
                continue;
            }

            ExpiresAt(expires);
            if (entry.Stage == SessionStage.Admitted) _admitted++;
            else if (entry.Stage == SessionStage.Ended) _ended++;
        }

        if (_ended > MaxEnded) ForgetOldest(_ended - MaxEnded);
    }

    private void ForgetOldest(int count)
    {
        var oldest = state.Sessions.Where(pair => pair.Value.Stage == SessionStage.Ended).OrderBy(pair => pair.Value.LastSeen).Take(count).ToList();
        foreach (var (session, _) in oldest) state.Sessions.Remove(session);
        _ended -= oldest.Count;
    }

    private static int DayOf(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime).DayNumber;
}
