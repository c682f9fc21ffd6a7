namespace Trading.Storage.Journal;

/// <summary>Settings of <see cref="FileSessionJournal"/>.</summary>
public sealed record FileJournalOptions
{
    /// <summary>A segment is closed when the next commit would make it longer than this. 4 KiB to 1 GiB, default 64 MiB.</summary>
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Room that is written ahead of the commits, in bytes: a commit then changes no file length, which a third faster sync
    /// rewards, and a full disk shows before a commit has begun. 4 KiB to 64 MiB, default 1 MiB.
    /// </summary>
    public int GrowBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Keeps every record of every session that is not deleted. Default true: a snapshot can be read by the version of the engine that wrote it, the
    /// records by every later one, so without them a session does not survive an upgrade. False drops the records behind two intact snapshots.
    /// </summary>
    public bool KeepRecords { get; init; } = true;

    /// <summary>Pause before the first attempt to work again after a failed write; doubles with every failed attempt. Default 100 ms.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause between attempts. Default 5 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(5);

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Told about the rare events that an operator wants to see. Called on the journal's threads; must be quick.</summary>
    public Action<JournalEvent>? Observer { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public void Validate()
    {
        Check(SegmentBytes is >= 4096 and <= 1 << 30, nameof(SegmentBytes), SegmentBytes, "4096 to 1073741824");
        Check(GrowBytes is >= 4096 and <= 64 << 20, nameof(GrowBytes), GrowBytes, "4096 to 67108864");
        Check(FirstBackoff >= TimeSpan.Zero, nameof(FirstBackoff), FirstBackoff, "0 or more");
        Check(MaxBackoff >= FirstBackoff, nameof(MaxBackoff), MaxBackoff, "at least FirstBackoff");
    }

    private static void Check(bool valid, string name, object value, string range)
    {
        if (!valid)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
    }
}

public enum JournalEventKind
{
    /// <summary>The journal is open; <see cref="JournalEvent.Bytes"/> were read.</summary>
    Recovered,

    /// <summary>An unfinished commit at the end was removed; <see cref="JournalEvent.Bytes"/> long. It was never acknowledged.</summary>
    TornTailCut,

    /// <summary>A write or sync failed; nothing is accepted until the tail has been verified.</summary>
    WriteFailed,

    /// <summary>The tail was verified and a new segment was begun after a failure.</summary>
    Reopened,

    /// <summary>A segment without live records was removed.</summary>
    SegmentRemoved,

    /// <summary>A snapshot fails its checksum; the one before it, or replay, takes its place.</summary>
    SnapshotDamaged,

    /// <summary>Something optional, like removing an old file, failed; it is tried again later.</summary>
    CleanupFailed,
}

public readonly record struct JournalEvent(JournalEventKind Kind, string File, long Offset, long Bytes, Exception? Exception = null);
