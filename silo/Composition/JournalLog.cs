using Trading.Storage.Journal;

namespace Trading.Silo.Composition;

/// <summary>Turns the journal's rare events into log lines.</summary>
internal sealed partial class JournalLog(ILogger<FileSessionJournal> logger)
{
    public void Tell(JournalEvent happened)
    {
        var level = happened.Kind switch
        {
            JournalEventKind.Recovered or JournalEventKind.SegmentRemoved => LogLevel.Debug,
            JournalEventKind.TornTailCut or JournalEventKind.Reopened => LogLevel.Information,
            JournalEventKind.CleanupFailed => LogLevel.Warning,
            _ => LogLevel.Error,
        };
        Log(level, happened.Kind, happened.File, happened.Offset, happened.Bytes, happened.Exception);
    }

    [LoggerMessage(EventId = 5001, Message = "Journal: {Kind} in {File} at {Offset}, {Bytes} bytes")]
    private partial void Log(LogLevel level, JournalEventKind kind, string file, long offset, long bytes, Exception? exception);
}
