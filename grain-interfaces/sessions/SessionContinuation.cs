namespace Trading.GrainInterfaces.Sessions;

/// <summary>
/// What a session was when it gave an answer, as far as its journal does not say it (decision 018): the records up to <see cref="Version"/>, then ticks executed in
/// silence up to <see cref="Completed"/>, then the rest of this put back give exactly that session again, in whatever process.
/// </summary>
/// <remarks>A caller keeps it and hands it back; nobody else reads it. Only of a session at rest: connected, not over, nothing waiting in line.</remarks>
/// <param name="Version">Journal version, 1 or more.</param>
/// <param name="Completed">Ticks executed.</param>
/// <param name="Sent">Last tick sent on this connection.</param>
/// <param name="Acknowledged">Highest tick acknowledged as ready on this connection.</param>
/// <param name="SentEver">Last tick ever sent.</param>
/// <param name="WarnedTick">Tick whose missing acknowledgement was warned of last; 0 = none.</param>
/// <param name="OrdersWaitingSince">Since when accepted orders wait for an acknowledgement, microseconds UTC; 0 = none do.</param>
/// <param name="AttachedAt">When the connection took the session over, microseconds UTC: of two connections that were both told the session is theirs, the later one is right.</param>
/// <param name="Announced">Orders that acknowledgements announced and that are still to come, by tick; null = none.</param>
[GenerateSerializer, Immutable, Alias("trading.session-mark")]
public readonly record struct SessionMark(
    [property: Id(0)] long Version,
    [property: Id(1)] int Completed,
    [property: Id(2)] int Sent,
    [property: Id(3)] int Acknowledged,
    [property: Id(4)] int SentEver,
    [property: Id(5)] int WarnedTick,
    [property: Id(6)] long OrdersWaitingSince,
    [property: Id(7)] long AttachedAt,
    [property: Id(8)] OrdersAnnounced[]? Announced);

/// <param name="Orders">Still to come for <paramref name="Tick"/>, 1 or more.</param>
[GenerateSerializer, Immutable, Alias("trading.orders-announced")]
public readonly record struct OrdersAnnounced([property: Id(0)] int Tick, [property: Id(1)] int Orders);

/// <summary>How an activation that does not know a connection goes on with it: from the last mark, or from the beginning when there was none yet.</summary>
/// <param name="Mark">Of the last answer that had one; null while the connection has only asked to create or to resume the session.</param>
/// <param name="Observer">Where to send hints.</param>
/// <param name="Earlier">Exchanges after the mark that were answered, in order: those of a command that takes several calls. They are executed again without an answer.</param>
[GenerateSerializer, Immutable, Alias("trading.session-continuation")]
public sealed record SessionContinuation(
    [property: Id(0)] SessionMark? Mark,
    [property: Id(1)] ISessionObserver? Observer,
    [property: Id(2)] IReadOnlyList<EarlierExchange> Earlier);

/// <param name="At">Of the answer, see <see cref="ExchangeReply.At"/>.</param>
[GenerateSerializer, Immutable, Alias("trading.earlier-exchange")]
public sealed record EarlierExchange([property: Id(0)] IReadOnlyList<SessionCommand> Commands, [property: Id(1)] long At);

/// <summary>What the connection was told last cannot be restored: the exchange must not be repeated. Close the connection with a reconnect allowed; the client resumes.</summary>
[GenerateSerializer, Alias("trading.continuation-refused")]
public sealed class ContinuationRefusedException : Exception
{
    public ContinuationRefusedException()
    {
    }

    public ContinuationRefusedException(string message)
        : base(message)
    {
    }

    public ContinuationRefusedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
