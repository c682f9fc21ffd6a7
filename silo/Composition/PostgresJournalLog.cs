using Trading.Storage.Postgres;

namespace Trading.Silo.Composition;

/// <summary>Turns the rare events of the journal in PostgreSQL into log lines.</summary>
internal sealed partial class PostgresJournalLog(ILogger<PostgresSessionJournal> logger)
{
    public void Tell(PostgresJournalEvent happened)
    {
        var level = happened.Kind switch
        {
            PostgresJournalEventKind.Repeated => LogLevel.Debug,
            PostgresJournalEventKind.OutcomeFound => LogLevel.Information,
            PostgresJournalEventKind.AnswerLost or PostgresJournalEventKind.Unavailable => LogLevel.Warning,
            _ => LogLevel.Error,
        };
        Log(level, happened.Kind, happened.Appends, happened.Message);
    }

    [LoggerMessage(EventId = 5002, Message = "Journal in PostgreSQL: {Kind}, {Appends} appends: {Problem}")]
    private partial void Log(LogLevel level, PostgresJournalEventKind kind, int appends, string problem);
}
