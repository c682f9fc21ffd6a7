using System.Collections.Concurrent;
using System.Text;
using Trading.Storage.Files;
using Trading.Storage.Journal;
using Trading.Storage.Tests.Faults;
using static Trading.Storage.Tests.Journal.JournalTesting;

namespace Trading.Storage.Tests.Journal;

/// <summary>Single failures, one by one; the seeded simulation mixes them.</summary>
public sealed class FileJournalFaultTests
{
    private readonly FaultFiles _files = new(new Random(11));
    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<JournalEvent> _events = [];

    private FileJournalOptions Options => new() { SegmentBytes = 4096, GrowBytes = 4096, TimeProvider = _time, Observer = _events.Enqueue };

    private FileSessionJournal Open() => FileSessionJournal.Open(_files, Options);

    /// <summary>Lets the next operation of the kind end as told, and all others pass.</summary>
    private void FailNext(Operation operation, Fault fault)
    {
        var armed = true;
        _files.Plan = (what, _) =>
        {
            if (!armed || what != operation)
                return Fault.None;
            armed = false;
            return fault;
        };
    }

    [Theory]
    [Trait("req", "SIM-130")]
    [InlineData(Operation.Write, Fault.Fail)]
    [InlineData(Operation.Write, Fault.Partly)]
    [InlineData(Operation.Write, Fault.AnswerLost)]
    [InlineData(Operation.Sync, Fault.Fail)]
    [InlineData(Operation.Sync, Fault.Partly)]
    [InlineData(Operation.Sync, Fault.AnswerLost)]
    public async Task After_a_failed_write_the_outcome_is_uncertain_nothing_is_served_and_then_the_journal_heals(Operation operation, Fault fault)
    {
        using var journal = Open();
        await journal.AppendedAsync(Alpha, 0, "a");
        FailNext(operation, fault);
        await Assert.ThrowsAsync<UncertainAppendException>(async () => await journal.AppendAsync(Alpha, 1, Payloads("b"), default));
        Assert.Contains(_events, what => what.Kind == JournalEventKind.WriteFailed);

        // Backing off: neither writes nor reads, because nobody knows yet what is true.
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(Alpha, 1, Payloads("c"), default));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.VersionAsync(Alpha, default));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.TextsAsync(Alpha));

        _time.Advance(TimeSpan.FromMilliseconds(100));
        var version = await journal.VersionAsync(Alpha, default);
        Assert.Equal(1, version);
        await journal.AppendedAsync(Alpha, version, "d");
        Assert.Equal(["a", "d"], await journal.TextsAsync(Alpha));

        // What was told must still be true after losing power right now.
        using var after = FileSessionJournal.Open(_files.AfterPowerLoss(), Options);
        Assert.Equal(["a", "d"], await after.TextsAsync(Alpha));
    }

    [Fact]
    public async Task All_sessions_that_share_a_failed_commit_learn_that_it_is_uncertain()
    {
        var journal = FileSessionJournal.Open(_files, Options, ownThread: false);
        var first = journal.AppendAsync(Alpha, 0, Payloads("a"), default).AsTask();
        var second = journal.AppendAsync(Beta, 0, Payloads("b"), default).AsTask();
        var loser = journal.AppendAsync(Beta, 0, Payloads("c"), default).AsTask();
        FailNext(Operation.Sync, Fault.Fail);
        journal.Pump();
        await Assert.ThrowsAsync<UncertainAppendException>(() => first);
        await Assert.ThrowsAsync<UncertainAppendException>(() => second);
        // It wrote nothing, and the record that it conflicted with may not exist: neither a conflict nor uncertain.
        await Assert.ThrowsAsync<JournalUnavailableException>(() => loser);
    }

    [Fact]
    public async Task A_tail_that_was_durable_and_is_damaged_keeps_the_journal_closed()
    {
        using var journal = Open();
        await journal.AppendedAsync(Alpha, 0, "a");
        FailNext(Operation.Sync, Fault.Fail);
        await Assert.ThrowsAsync<UncertainAppendException>(async () => await journal.AppendAsync(Alpha, 1, Payloads("b"), default));
        _files.Content(_files.LastSegment())[100] ^= 1;
        _time.Advance(TimeSpan.FromSeconds(1));
        var refusal = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(Alpha, 1, Payloads("c"), default));
        Assert.IsType<JournalDamagedException>(refusal.InnerException);
    }

    [Fact]
    public async Task A_full_disk_is_named_nothing_acknowledged_is_lost_and_reading_goes_on()
    {
        using var journal = Open();
        await journal.AppendedAsync(Alpha, 0, "a");
        _files.Plan = (what, _) => what is Operation.Write or Operation.Create ? Fault.DiskFull : Fault.None;
        // Too long for the room written ahead, so that new room is needed.
        var refusal = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(Alpha, 1, Payloads(new string('x', 5000)), default));
        Assert.Contains("disk is full", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], await journal.TextsAsync(Alpha));
        _files.Plan = null;
        await journal.AppendedAsync(Alpha, 1, "b");
        using var after = FileSessionJournal.Open(_files.AfterPowerLoss(), Options);
        Assert.Equal(["a", "b"], await after.TextsAsync(Alpha));
    }

    [Fact]
    public async Task A_damaged_record_is_found_when_it_is_read()
    {
        using var journal = Open();
        await journal.AppendedAsync(Alpha, 0, "unique-text");
        var content = _files.Content(_files.LastSegment());
        content[content.AsSpan().IndexOf("unique-text"u8)] ^= 1;
        var damage = await Assert.ThrowsAsync<JournalDamagedException>(async () => await journal.TextsAsync(Alpha));
        Assert.Equal(_files.LastSegment(), damage.File);
    }

    [Fact]
    [Trait("req", "SIM-130")]
    public async Task A_damaged_newest_snapshot_falls_back_to_the_older_one_and_the_records_after_it_although_segments_were_removed()
    {
        var dropping = Options with { KeepRecords = false };
        using (var journal = FileSessionJournal.Open(_files, dropping))
        {
            for (var version = 0; version < 40; version++)
            {
                await journal.AppendedAsync(Alpha, version, $"{version + 1}:{new string('x', 300)}");
                if (version is 19 or 29)
                    await journal.SaveSnapshotAsync(Alpha, version + 1, Encoding.UTF8.GetBytes($"state {version + 1}"), default);
            }
            Assert.Contains(_events, what => what.Kind == JournalEventKind.SegmentRemoved);
        }
        var newest = _files.Paths.Last(path => path.EndsWith(".snap", StringComparison.Ordinal));
        _files.Content(newest)[40] ^= 1;
        using var reopened = FileSessionJournal.Open(_files, dropping);
        var snapshot = await reopened.LoadSnapshotAsync(Alpha, default);
        Assert.Equal("state 20", Encoding.UTF8.GetString(snapshot!.Value.Snapshot.Span));
        Assert.Contains(_events, what => what.Kind == JournalEventKind.SnapshotDamaged && what.File == newest);
        var rest = await reopened.TextsAsync(Alpha, after: snapshot.Value.Version);
        Assert.Equal(Enumerable.Range(21, 20).Select(version => $"{version}:{new string('x', 300)}"), rest);
        var dropped = await Assert.ThrowsAsync<RecordsDroppedException>(async () => await reopened.TextsAsync(Alpha));
        Assert.InRange(dropped.FirstVersion, 2, 21);
    }

    [Fact]
    [Trait("req", "SIM-130")]
    public async Task Records_behind_snapshots_are_kept_so_that_a_session_outlives_snapshots_that_nobody_can_read()
    {
        var texts = Enumerable.Range(1, 40).Select(version => $"{version}:{new string('x', 300)}").ToList();
        using (var journal = Open())
        {
            for (var version = 0; version < 40; version++)
            {
                await journal.AppendedAsync(Alpha, version, texts[version]);
                if (version % 10 == 9)
                    await journal.SaveSnapshotAsync(Alpha, version + 1, Encoding.UTF8.GetBytes($"state {version + 1}"), default);
            }
            // another session makes the removal of segments worth a try
            await journal.AppendedAsync(Beta, 0, "x");
            await journal.DeleteAsync(Beta, default);
            Assert.Equal(texts, await journal.TextsAsync(Alpha));
        }
        Assert.DoesNotContain(_events, what => what.Kind == JournalEventKind.SegmentRemoved);
        using var after = FileSessionJournal.Open(_files.AfterPowerLoss(), Options);
        Assert.Equal(40, (await after.LoadSnapshotAsync(Alpha, default))!.Value.Version);
        Assert.Equal(texts, await after.TextsAsync(Alpha));
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_stored_leaves_the_one_before_and_the_records()
    {
        using var journal = Open();
        await journal.AppendedAsync(Alpha, 0, "a", "b");
        await journal.SaveSnapshotAsync(Alpha, 1, "one"u8.ToArray(), default);
        foreach (var operation in new[] { Operation.Create, Operation.Write, Operation.Sync, Operation.Rename })
        {
            FailNext(operation, Fault.DiskFull);
            var refusal = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.SaveSnapshotAsync(Alpha, 2, "two"u8.ToArray(), default));
            Assert.Contains("disk is full", refusal.Message, StringComparison.Ordinal);
        }
        Assert.Equal(1, (await journal.LoadSnapshotAsync(Alpha, default))!.Value.Version);
        await journal.SaveSnapshotAsync(Alpha, 2, "two"u8.ToArray(), default);
        using var after = FileSessionJournal.Open(_files.AfterPowerLoss(), Options);
        Assert.Equal(2, (await after.LoadSnapshotAsync(Alpha, default))!.Value.Version);
        Assert.Equal(["a", "b"], await after.TextsAsync(Alpha));
    }

    [Fact]
    public async Task Segments_of_deleted_sessions_are_removed_and_the_deletion_outlives_them()
    {
        using (var journal = Open())
        {
            for (var version = 0; version < 40; version++)
                await journal.AppendedAsync(Alpha, version, new string('x', 500));
            await journal.AppendedAsync(Beta, 0, "stays");
            await journal.DeleteAsync(Alpha, default);
        }
        Assert.True(_files.Paths.Count(path => path.EndsWith(".journal", StringComparison.Ordinal)) <= 2);
        using var after = FileSessionJournal.Open(_files.AfterPowerLoss(), Options);
        Assert.Equal(0, await after.VersionAsync(Alpha, default));
        Assert.Equal(["stays"], await after.TextsAsync(Beta));
    }

    [Fact]
    public async Task Cancelled_requests_that_wait_are_not_written()
    {
        var journal = FileSessionJournal.Open(_files, Options, ownThread: false);
        using var cancellation = new CancellationTokenSource();
        var cancelled = journal.AppendAsync(Alpha, 0, Payloads("a"), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        var other = journal.AppendAsync(Alpha, 0, Payloads("b"), default).AsTask();
        journal.Pump();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.True((await other).IsAppended);
        Assert.Equal(["b"], await journal.TextsAsync(Alpha));
    }

    [Fact]
    public async Task Requests_that_gather_share_one_write_and_one_sync()
    {
        var journal = FileSessionJournal.Open(_files, Options with { SegmentBytes = 1 << 20, GrowBytes = 1 << 20 }, ownThread: false);
        var calls = new List<Task<AppendResult>>();
        for (var session = 0; session < 256; session++)
            calls.Add(journal.AppendAsync(new SessionKey("t", $"s{session}"), 0, Payloads("record"), default).AsTask());
        int writes = 0, syncs = 0;
        _files.Plan = (what, _) =>
        {
            writes += what == Operation.Write ? 1 : 0;
            syncs += what == Operation.Sync ? 1 : 0;
            return Fault.None;
        };
        journal.Pump();
        Assert.All(await Task.WhenAll(calls), result => Assert.True(result.IsAppended));
        Assert.Equal(1, syncs);
        // 16 of them write the room ahead in pieces of 64 KiB; it is paid once per MiB.
        Assert.Equal(17, writes);
    }

    [Fact]
    public async Task A_closed_journal_answers_what_it_accepted_and_refuses_the_rest()
    {
        var journal = Open();
        await journal.AppendedAsync(Alpha, 0, "a");
        journal.Dispose();
        journal.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await journal.AppendAsync(Alpha, 1, Payloads("b"), default));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await journal.VersionAsync(Alpha, default));
    }

    [Fact]
    public async Task Real_files_one_owner_at_a_time_and_everything_is_there_after_reopening()
    {
        var folder = Directory.CreateTempSubdirectory("journal");
        try
        {
            using (var journal = FileSessionJournal.Open(folder.FullName, new FileJournalOptions { SegmentBytes = 1 << 16, GrowBytes = 4096 }))
            {
                Assert.Throws<JournalUnavailableException>(() => FileSessionJournal.Open(folder.FullName));
                for (var version = 0; version < 300; version++)
                    await journal.AppendedAsync(Alpha, version, $"{version}:{new string('x', 400)}");
                await journal.SaveSnapshotAsync(Alpha, 100, "state"u8.ToArray(), default);
            }
            using var reopened = FileSessionJournal.Open(folder.FullName);
            Assert.Equal(300, await reopened.VersionAsync(Alpha, default));
            Assert.Equal(100, (await reopened.LoadSnapshotAsync(Alpha, default))!.Value.Version);
            Assert.Equal(Enumerable.Range(0, 300).Select(version => $"{version}:{new string('x', 400)}"), await reopened.TextsAsync(Alpha));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_checksum_is_crc_32c()
    {
        // RFC 3720, appendix B.4: the check value and 32 bytes of zeros, of ones, ascending.
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of([.. Enumerable.Repeat((byte)255, 32)]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(value => (byte)value)]));
    }
}
