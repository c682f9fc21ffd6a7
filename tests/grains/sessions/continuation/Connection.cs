using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Tests.Sessions.Continuation;

/// <summary>A connection whose every attempt is the test's own.</summary>
internal sealed class Connection(SessionHost silo, string session = "s-1", string connection = "c-1")
{
    private SessionMark? _mark;
    private long _number;

    /// <summary>Where the next attempt goes.</summary>
    public SessionHost Silo { get; set; } = silo;

    public SessionMark? Mark => _mark;

    public Task<AttachReply> Attach(bool creating = false) =>
        Silo.Session(session).Attach(new ConnectionInfo(connection, null, creating, _number), CancellationToken.None);

    /// <summary>Creates the session and starts it.</summary>
    public async Task Start(int window = 1)
    {
        await Attach(creating: true);
        await Exchange(SessionHost.Create(session));
        await Exchange(new StartCommand { MaxPendingTicks = window, AccountUpdates = AccountUpdateFrequency.OnDemand });
    }

    public ExchangeRequest Next(params SessionCommand[] commands) => new(connection, commands, ++_number);

    public ExchangeRequest Repeat(ExchangeRequest request) => request with { Continuation = new SessionContinuation(_mark, null, Array.Empty<EarlierExchange>()) };

    /// <summary>One attempt whose answer arrives.</summary>
    public async Task<ExchangeReply> Try(ExchangeRequest request)
    {
        var reply = await Lose(request);
        _mark = reply.Mark ?? _mark;
        return reply;
    }

    /// <summary>One attempt whose answer the connection never gets.</summary>
    public async Task<ExchangeReply> Lose(ExchangeRequest request)
    {
        var reply = await Silo.Session(session).Exchange(request, CancellationToken.None);
        WireTypes.Check(reply);
        return reply;
    }

    public Task<ExchangeReply> Exchange(params SessionCommand[] commands) => Try(Next(commands));

    /// <summary>An exchange that goes on at another silo.</summary>
    public Task<ExchangeReply> ExchangeAt(SessionHost silo, params SessionCommand[] commands)
    {
        Silo = silo;
        return Try(Repeat(Next(commands)));
    }
}
