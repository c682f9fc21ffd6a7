using Trading.GrainInterfaces.Sessions;

namespace Trading.Gateway.Sessions;

/// <summary>
/// What a connection keeps of its exchanges, so that any activation of its session can go on with it (decision 018): the last mark, and what was asked and answered
/// since. Between two calls of a long command there is no mark; bounded, what is kept is dropped and the next mark begins anew.
/// </summary>
internal sealed class ExchangeHistory
{
    /// <summary>Most exchanges, commands and orders that are kept after a mark.</summary>
    internal const int MostKept = 10_000;

    private readonly List<EarlierExchange> _earlier = [];
    private SessionMark? _mark;
    private int _kept;

    /// <summary>Number of the last exchange.</summary>
    internal long Number { get; private set; }

    /// <summary>An activation that does not know the connection can go on with it.</summary>
    internal bool CanContinue { get; private set; }

    /// <summary>The next exchange is the first one with a session.</summary>
    internal void Begin()
    {
        _mark = null;
        Clear();
        CanContinue = true;
    }

    internal ExchangeRequest Next(string connectionId, SessionCommand[] commands) => new(connectionId, commands, ++Number);

    /// <summary>The same exchange with what it takes to execute it again.</summary>
    internal ExchangeRequest Repeat(ExchangeRequest request, ISessionObserver observer) =>
        CanContinue ? request with { Continuation = new SessionContinuation(_mark, observer, _earlier.ToArray()) } : request;

    internal void Answered(ExchangeRequest request, ExchangeReply reply)
    {
        if (reply.Mark is { } mark)
        {
            _mark = mark;
            CanContinue = true;
            if (_kept > 0) Clear();
        }
        else if (CanContinue)
        {
            _kept += WeightOf(request.Commands);
            CanContinue = reply.More && _kept <= MostKept;
            if (CanContinue) _earlier.Add(new EarlierExchange(request.Commands, reply.At));
            else Clear();
        }
    }

    private static int WeightOf(IReadOnlyList<SessionCommand> commands)
    {
        var weight = 1 + commands.Count;
        foreach (var command in commands)
        {
            if (command is BatchCommand batch) weight += batch.Orders.Count;
            else if (command is CancelOrdersCommand cancel) weight += cancel.OrderIds.Count;
        }

        return weight;
    }

    private void Clear()
    {
        _earlier.Clear();
        _kept = 0;
    }
}
