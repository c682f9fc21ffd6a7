using Trading.GrainInterfaces.Sessions;

namespace Trading.Gateway.Tests.Recovery;

/// <summary>A session whose calls fail while it lasts, and a clock that is moved until something has come to pass.</summary>
internal sealed class Outage
{
    private readonly TestGateway _gateway;
    private volatile bool _lasts = true;

    private Outage(TestGateway gateway, FakeSession session, Func<Exception> failure, string call)
    {
        _gateway = gateway;
        Session = session;
        session.Failure = name => _lasts && (call == "all" || name == call) ? failure() : null;
    }

    internal FakeSession Session { get; }

    /// <summary>From now on the session cannot be reached.</summary>
    internal static Outage Of(TestGateway gateway, Func<Exception>? failure = null, string call = "exchange", string session = "s") =>
        new(gateway, gateway.Grains.Session("user_a", session), failure ?? (() => new TimeoutException("no silo answers")), call);

    /// <summary>Moves the clock in small steps until <paramref name="condition"/> holds; what a step sets in motion gets time to happen.</summary>
    internal async Task UntilAsync(Func<bool> condition)
    {
        for (var step = 0; step < 4_000 && !condition(); step++)
        {
            _gateway.Time.Advance(TimeSpan.FromMilliseconds(25));
            for (var wait = 0; wait < 3 && !condition(); wait++) await Task.Delay(1);
        }

        await Eventually.HoldsAsync(condition);
    }

    /// <summary>The exchange is repeated, more than once.</summary>
    internal Task IsRepeatedAsync()
    {
        var tried = Session.Tried().Length;
        return UntilAsync(() => Session.Tried().Length >= tried + 3);
    }

    /// <summary>The session can be reached again, and is.</summary>
    internal Task EndsAsync()
    {
        var tried = Session.Tried().Length;
        _lasts = false;
        return UntilAsync(() => Session.Tried().Length > tried);
    }
}
