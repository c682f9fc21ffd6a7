using Trading.Postgres.Tests.Support;
using Trading.Storage.Journal;
using Trading.Storage.Postgres;
using Trading.Storage.Tests.Journal;

namespace Trading.Postgres.Tests;

public sealed class PostgresJournalContractTests : JournalContractTests, IAsyncLifetime
{
    private readonly List<PostgresSessionJournal> _open = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var journal in _open) await journal.DisposeAsync();
    }

    protected override ISessionJournal Open()
    {
        var journal = Databases.NewJournal();
        _open.Add(journal);
        return journal;
    }
}
