using Orleans.Concurrency;

namespace Trading.GrainInterfaces.Sessions;

/// <summary>
/// One simulation of one tenant; key = <c>tenant/session</c> (see <see cref="GrainKeys"/>). It owns the running simulation, its journal position and
/// the client's window, and answers one call per client flush: commands in, outputs out, in order.
/// </summary>
/// <remarks>
/// Nothing that <see cref="Exchange"/> returns can be lost: every command that its outputs acknowledge is durable before it returns (DESIGN idea 2).
/// An exception means that the outcome is unknown to the caller: repeat the exchange under its number (decision 018), or attach again and resume.
/// </remarks>
[Alias("trading.session")]
public interface ISessionGrain : IGrainWithStringKey
{
    /// <summary>
    /// Makes <paramref name="connection"/> the only one that may exchange; an older one is displaced at once (SIM-268). One that says
    /// <see cref="ConnectionInfo.Creating"/> displaces nobody from an unfinished session: its <see cref="CreateCommand"/> is then answered by
    /// <c>SESSION_ALREADY_EXISTS</c> (SIM-132).
    /// </summary>
    [Alias("attach")]
    Task<AttachReply> Attach(ConnectionInfo connection, CancellationToken cancellationToken);

    /// <summary>Applies commands in order and returns what they caused, bounded; <see cref="ExchangeReply.More"/> asks for another call with no commands.</summary>
    /// <remarks>
    /// A numbered exchange may be repeated: one that was answered is answered by the same outputs and not executed again. An activation that does not know the
    /// connection executes it from the mark in <see cref="ExchangeRequest.Continuation"/>, and writes nothing that the journal holds already.
    /// </remarks>
    /// <exception cref="SessionInterruptedException">Repeat it, with a continuation.</exception>
    /// <exception cref="ContinuationRefusedException">The connection cannot go on.</exception>
    [Alias("exchange")]
    Task<ExchangeReply> Exchange(ExchangeRequest request, CancellationToken cancellationToken);

    /// <summary>The connection is gone: the clock stands still and the session is kept for resume (SIM-119, SIM-262). Ignored from a displaced connection.</summary>
    [Alias("detach")]
    Task Detach(string connectionId);

    /// <summary>State and progress; null when no such session exists.</summary>
    [Alias("status")]
    Task<SessionStatus?> GetStatus(CancellationToken cancellationToken);

    /// <summary>What the portfolio grain shows when it holds nothing yet; null when no such session exists.</summary>
    [Alias("portfolio")]
    Task<Portfolios.PortfolioUpdate?> GetPortfolio(CancellationToken cancellationToken);

    /// <summary>The order as its three records; null when the session never saw it.</summary>
    [Alias("order")]
    Task<Orders.OrderRecord?> GetOrder(string orderId, CancellationToken cancellationToken);

    /// <summary>The final report as JSON (extension <c>report</c>); null while there is none.</summary>
    [Alias("report")]
    Task<string?> GetReport(CancellationToken cancellationToken);

    /// <summary>
    /// Does what the time since the last record asks for: ends an unfinished session that was not resumed in time (SIM-266) and frees its place, removes
    /// an ended one whose retention is over (SIM-O32). Never touches one that is connected or not yet due; repeating it is harmless.
    /// </summary>
    /// <exception cref="SessionInterruptedException">A write has an unknown outcome or lost to another writer; the next call looks again.</exception>
    [Alias("expire")]
    Task<SessionRetention> Expire(CancellationToken cancellationToken);
}

/// <summary>What <see cref="ISessionGrain.Expire"/> did.</summary>
public enum SessionRetention : byte
{
    /// <summary>Nothing: the session is connected, not due, or unknown.</summary>
    Kept = 0,

    /// <summary>The session is over. That it existed stays known, so that resuming it is answered by <c>RESUME_NOT_POSSIBLE</c> (SIM-267); its inputs are gone.</summary>
    Expired = 1,

    /// <summary>Nothing of the session is left; resuming it is answered by <c>SESSION_NOT_FOUND</c>.</summary>
    Deleted = 2,
}

/// <summary>Told when the session wants to say something without being asked (displaced connection, closing, tick not acknowledged).</summary>
[Alias("trading.session-observer")]
public interface ISessionObserver : IGrainObserver
{
    /// <summary>Another connection took over: close this one without a word.</summary>
    [Alias("displaced")]
    [OneWay]
    Task Displaced(string connectionId);

    /// <summary>There may be outputs: call <see cref="ISessionGrain.Exchange"/> with no commands.</summary>
    [Alias("wake")]
    [OneWay]
    Task Wake(string connectionId);
}

/// <param name="ConnectionId">Unique over all gateways.</param>
/// <param name="Observer">Where to send hints; null when the caller needs none.</param>
/// <param name="Creating">The connection is about to send <see cref="CreateCommand"/>, not to resume.</param>
/// <param name="Exchanges">Number of the last exchange that the connection has made so far; 0 = none.</param>
[GenerateSerializer, Immutable, Alias("trading.connection-info")]
public sealed record ConnectionInfo(
    [property: Id(0)] string ConnectionId, [property: Id(1)] ISessionObserver? Observer, [property: Id(2)] bool Creating = false, [property: Id(3)] long Exchanges = 0);

/// <summary>
/// The activation that served this connection is gone, a write has an unknown outcome, or the journal is away. Repeat the exchange with a continuation; where that is
/// not possible, close the connection with a reconnect allowed: the client resumes (SIM-130).
/// </summary>
[GenerateSerializer, Alias("trading.session-interrupted")]
public sealed class SessionInterruptedException : Exception
{
    public SessionInterruptedException()
    {
    }

    public SessionInterruptedException(string message)
        : base(message)
    {
    }

    public SessionInterruptedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <param name="Exists">False when the journal holds no such session of this tenant. A finished, failed, discarded or expired one exists: resuming it is answered by <c>RESUME_NOT_POSSIBLE</c>, or by its results.</param>
/// <param name="Status">State and progress; null when it does not exist.</param>
[GenerateSerializer, Immutable, Alias("trading.attach-reply")]
public sealed record AttachReply([property: Id(0)] bool Exists, [property: Id(1)] SessionStatus? Status);

/// <param name="ConnectionId">The attached connection; another one gets <see cref="ExchangeReply.Displaced"/>.</param>
/// <param name="Commands">In the order in which the client sent them.</param>
/// <param name="Number">1, 2, 3 … on a connection; 0 = not numbered, must not be repeated.</param>
/// <param name="Continuation">Of a repetition; null in the first attempt.</param>
[GenerateSerializer, Immutable, Alias("trading.exchange-request")]
public sealed record ExchangeRequest(
    [property: Id(0)] string ConnectionId,
    [property: Id(1)] IReadOnlyList<SessionCommand> Commands,
    [property: Id(2)] long Number = 0,
    [property: Id(3)] SessionContinuation? Continuation = null);

/// <param name="Outputs">In the order in which the client must see them.</param>
/// <param name="More">The session was cut off by its slice; exchange again with no commands (between which the gateway may read the socket).</param>
/// <param name="Displaced">Another connection owns the session; the outputs are empty.</param>
/// <param name="End">The session is over after these outputs: tell the client and close.</param>
/// <param name="Mark">What the session is after a numbered exchange; null when it is not at rest.</param>
/// <param name="At">Wall time of the exchange, microseconds UTC; 0 = it was not executed.</param>
[GenerateSerializer, Immutable, Alias("trading.exchange-reply")]
public sealed record ExchangeReply(
    [property: Id(0)] IReadOnlyList<SessionOutput> Outputs,
    [property: Id(1)] bool More,
    [property: Id(2)] bool Displaced,
    [property: Id(3)] SessionEnd End,
    [property: Id(4)] SessionMark? Mark = null,
    [property: Id(5)] long At = 0);

/// <summary>Whether and how a session is over.</summary>
public enum SessionEnd : byte
{
    No = 0,

    /// <summary>Close with <c>simulation_complete</c>, 1000, <c>completed</c>.</summary>
    Completed = 1,

    /// <summary>Close with <c>max_duration</c>, 4001, <c>lost</c> (SIM-055).</summary>
    MaxDuration = 2,

    /// <summary>Ended by a fatal error that was sent as an output.</summary>
    Failed = 3,

    /// <summary>Discarded by the client (SIM-123).</summary>
    Discarded = 4,
}

/// <summary>The six states of SIM-125.</summary>
public enum SessionState : byte
{
    Initializing = 0,
    Ready = 1,
    Running = 2,
    Paused = 3,
    Completed = 4,
    Error = 5,
}

/// <summary>State and progress of a session.</summary>
/// <param name="SimTime">Microseconds UTC of the last tick sent; 0 before the first.</param>
/// <param name="Sequence">Last tick sent.</param>
/// <param name="Extensions">Names the client asked for at creation.</param>
[GenerateSerializer, Immutable, Alias("trading.session-status")]
public sealed record SessionStatus(
    [property: Id(0)] string SessionId,
    [property: Id(1)] SessionState State,
    [property: Id(2)] IReadOnlyList<string> Symbols,
    [property: Id(3)] long SimTime,
    [property: Id(4)] int Sequence,
    [property: Id(5)] int TicksCompleted,
    [property: Id(6)] int EstimatedTicks,
    [property: Id(7)] IReadOnlyList<string> Extensions,
    [property: Id(8)] bool Connected);
