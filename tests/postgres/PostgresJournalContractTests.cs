using Trading.Postgres.Tests.ReadModels;
using Trading.Postgres.Tests.Support;
using Trading.Storage.Journal;
using Trading.Storage.Postgres;
using Trading.Storage.Tests.Journal;

namespace Trading.Postgres.Tests;

public class PostgresJournalContractTests : JournalContractTests, IAsyncLifetime
{
    private readonly List<PostgresSessionJournal> _open = [];

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync()
    {
        foreach (var journal in _open) await journal.DisposeAsync();
    }

    protected override ISessionJournal Open() => OpenDatabase();

    private protected PostgresSessionJournal OpenDatabase()
    {
        var journal = Databases.NewJournal();
        _open.Add(journal);
        return journal;
    }
}

/// <summary>The same, while every append changes the read models.</summary>
public sealed class PostgresReadModelContractTests : PostgresJournalContractTests
{
    protected override ISessionJournal Open() => new ChangingJournal(OpenDatabase());
}
