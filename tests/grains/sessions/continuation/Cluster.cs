using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;
using Trading.Storage.Journal;

namespace Trading.Grains.Tests.Sessions.Continuation;

/// <summary>
/// Silos that know nothing of each other and share one journal: what a cluster is to a session while its silos come, go and are mistaken for dead. Each can have an
/// activation of the same session, of any age.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly List<SessionHost> _silos = [];

    private Cluster(InMemorySessionJournal journal) => Journal = journal;

    public InMemorySessionJournal Journal { get; }

    public IReadOnlyList<SessionHost> Silos => _silos;

    /// <param name="count">Silos.</param>
    /// <param name="options">Settings of sessions.</param>
    public static async Task<Cluster> StartAsync(int count, SessionOptions? options = null)
    {
        var cluster = new Cluster(new InMemorySessionJournal());
        for (var silo = 0; silo < count; silo++)
        {
            var host = await SessionHost.StartAsync(options, journal: cluster.Journal);
            host.Bars.Series["ACME"] = SmallBars.Series("ACME", 3, 40);
            host.Bars.Series["BETA"] = SmallBars.Series("BETA", 3, 40, 100.5m, -1, 4, 25, 26);
            cluster._silos.Add(host);
        }

        return cluster;
    }

    /// <summary>The wall time of every silo.</summary>
    public DateTimeOffset Now
    {
        get => _silos[0].Grains.Time.Now;
        set => _silos.ForEach(silo => silo.Grains.Time.Now = value);
    }

    /// <summary>What the journal holds of a session, with the wall times of the records left out.</summary>
    public async Task<List<string>> InputsAsync(string session) => [.. (await RecordsAsync(session)).Select(record => System.Text.Encoding.UTF8.GetString((record with { At = 0 }).ToJson()))];

    public async Task<List<SessionRecord>> RecordsAsync(string session)
    {
        var records = new List<SessionRecord>();
        await foreach (var record in Journal.ReadAsync(new SessionKey(SessionHost.User, session), 0, CancellationToken.None)) records.Add(SessionRecord.Parse(record.Payload.Span));
        return records;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos) await silo.DisposeAsync();
    }

    /// <summary>Every extension that a session can have.</summary>
    public static CreateCommand Create(string session) => SessionHost.Create(session, "ACME", "BETA") with { Extensions = SessionExtensionNames.Offered.ToArray() };
}
