using System.Text.Json;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Tests.Sessions.Continuation;

/// <summary>What happens to one attempt of an exchange.</summary>
internal enum Fault
{
    None,

    /// <summary>The answer never arrives.</summary>
    ReplyLost,

    /// <summary>The journal is away when the inputs are to be written.</summary>
    AppendFailed,

    /// <summary>The outcome of the append is not known; nothing was written.</summary>
    AppendUncertain,

    /// <summary>The outcome of the append is not known; all was written.</summary>
    AppendWritten,
}

/// <summary>
/// One connection of a gateway, as simple as can be: it numbers its exchanges, keeps the last mark and what was answered since, and repeats what fails, at whichever
/// silo the moment offers.
/// </summary>
internal sealed class GatewayModel(Cluster cluster, string session, string connection = "c-1")
{
    private readonly List<EarlierExchange> _earlier = [];
    private SessionMark? _mark;
    private long _number;

    /// <summary>Everything the client was told, in order, as text. Wall times are left out: they are the only thing that may differ.</summary>
    public List<string> Transcript { get; } = [];

    public List<SessionOutput> All { get; } = [];

    public ExchangeReply? Last { get; private set; }

    /// <summary>The silo that the next attempt goes to.</summary>
    public int Silo { get; set; }

    /// <summary>Draws what goes wrong; null = nothing does.</summary>
    public Random? Chance { get; init; }

    public int Repetitions { get; private set; }

    public SessionMark? Mark => _mark;

    public Task<AttachReply> Attach(bool creating = false) =>
        Grain.Attach(new ConnectionInfo(connection, null, creating, _number), CancellationToken.None);

    /// <summary>One exchange, repeated until it is answered.</summary>
    public async Task<ExchangeReply> Exchange(params SessionCommand[] commands)
    {
        var request = new ExchangeRequest(connection, commands, ++_number);
        for (var attempt = 0; ; attempt++)
        {
            var fault = Chance is null || attempt > 3 ? Fault.None : Draw();
            if (await Attempt(attempt == 0 ? request : Repeat(request), fault) is { } reply) return Take(request, reply);
            Repetitions++;
        }
    }

    /// <summary>The same exchange as a repetition makes it.</summary>
    public ExchangeRequest Repeat(ExchangeRequest request) => request with { Continuation = new SessionContinuation(_mark, null, _earlier.ToArray()) };

    /// <summary>An exchange that the caller makes itself.</summary>
    public ExchangeRequest Next(params SessionCommand[] commands) => new(connection, commands, ++_number);

    public ExchangeReply Take(ExchangeRequest request, ExchangeReply reply)
    {
        WireTypes.Check(reply);
        Last = reply;
        All.AddRange(reply.Outputs);
        Transcript.AddRange(reply.Outputs.Select(Text));
        if (reply.Mark is { } mark)
        {
            _mark = mark;
            _earlier.Clear();
        }
        else if (reply.More)
        {
            _earlier.Add(new EarlierExchange(request.Commands, reply.At));
        }

        return reply;
    }

    private ISessionGrain Grain => cluster.Silos[Silo].Session(session);

    private Fault Draw()
    {
        if (Chance!.Next(4) == 0) Silo = Chance.Next(cluster.Silos.Count);
        return Chance.Next(3) == 0 ? (Fault)Chance.Next(1, 5) : Fault.None;
    }

    /// <summary>Null when the gateway is left without an answer.</summary>
    private async Task<ExchangeReply?> Attempt(ExchangeRequest request, Fault fault)
    {
        var journal = cluster.Journal;
        if (fault == Fault.AppendFailed) journal.BeforeAppend = (_, _) => throw new Storage.Journal.JournalUnavailableException("the database is away");
        if (fault == Fault.AppendUncertain) journal.BeforeAppend = (_, _) => throw new Storage.Journal.UncertainAppendException("the answer is lost");
        if (fault == Fault.AppendWritten) journal.AfterAppend = (_, _) => throw new Storage.Journal.UncertainAppendException("the answer is lost");
        try
        {
            var reply = await Grain.Exchange(request, CancellationToken.None);
            return fault == Fault.ReplyLost ? null : reply;
        }
        catch (Exception failure) when (PassingFailures.Include(failure))
        {
            return null;
        }
        finally
        {
            journal.BeforeAppend = null;
            journal.AfterAppend = null;
        }
    }

    private static string Text(SessionOutput output)
    {
        var told = output switch
        {
            StartedOutput started => started with { StartedAt = default },
            CompleteOutput complete => complete with { DurationSec = 0 },
            _ => output,
        };
        return $"{told.GetType().Name} {JsonSerializer.Serialize(told, told.GetType())}";
    }
}
