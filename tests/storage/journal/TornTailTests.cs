using Trading.Storage.Journal;
using Trading.Storage.Tests.Faults;
using static Trading.Storage.Tests.Journal.JournalTesting;

namespace Trading.Storage.Tests.Journal;

/// <summary>Segments cut, zeroed and altered at every byte.</summary>
public sealed class TornTailTests
{
    private const int SegmentHeader = 64;

    /// <summary>Three commits: one record; then two sessions in one commit; then one more. Returns the ends of the commits.</summary>
    private static async Task<(FaultFiles Files, long[] Ends)> ThreeCommitsAsync()
    {
        var files = new FaultFiles(new Random(7));
        var ends = new List<long>();
        var journal = FileSessionJournal.Open(files, new FileJournalOptions { GrowBytes = 4096 }, ownThread: false);
        async Task CommitAsync(params (SessionKey Key, long Expected, string[] Texts)[] calls)
        {
            var tasks = calls.Select(call => journal.AppendAsync(call.Key, call.Expected, Payloads(call.Texts), default).AsTask()).ToList();
            journal.Pump();
            Assert.All(await Task.WhenAll(tasks), result => Assert.True(result.IsAppended));
            var content = files.Content(files.LastSegment());
            ends.Add((content.AsSpan().LastIndexOfAnyExcept((byte)0) + 8) & ~7);
        }
        await CommitAsync((Alpha, 0, ["one"]));
        await CommitAsync((Alpha, 1, ["two", "three"]), (Beta, 0, ["x", "y"]));
        await CommitAsync((Beta, 2, ["z"]));
        return (files, [.. ends]);
    }

    private static FileSessionJournal Open(FaultFiles files, Action<JournalEvent>? observer = null) =>
        FileSessionJournal.Open(files, new FileJournalOptions { GrowBytes = 4096, Observer = observer }, ownThread: false);

    private static async Task ExpectCommitsAsync(FaultFiles files, int commits, long torn)
    {
        var events = new List<JournalEvent>();
        using var journal = Open(files, events.Add);
        Assert.Equal(new[] { 0, 1, 3, 3 }[commits], await journal.VersionAsync(Alpha, default));
        Assert.Equal(new[] { 0, 0, 2, 3 }[commits], await journal.VersionAsync(Beta, default));
        Assert.Equal(new[] { "one", "two", "three" }.Take(new[] { 0, 1, 3, 3 }[commits]), await journal.TextsAsync(Alpha));
        Assert.Equal(new[] { "x", "y", "z" }.Take(new[] { 0, 0, 2, 3 }[commits]), await journal.TextsAsync(Beta));
        Assert.Equal(torn, events.Where(what => what.Kind == JournalEventKind.TornTailCut).Sum(what => what.Bytes));
        // What was cut is gone for good, and the journal goes on.
        var next = journal.AppendAsync(Alpha, new[] { 0, 1, 3, 3 }[commits], Payloads("next"), default).AsTask();
        journal.Pump();
        Assert.True((await next).IsAppended);
    }

    [Theory]
    [Trait("req", "SIM-130")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tail_torn_at_every_byte_leaves_whole_commits_only(bool zeroFilled)
    {
        var (files, ends) = await ThreeCommitsAsync();
        var path = files.LastSegment();
        var whole = files.Content(path)[..(int)ends[^1]];
        for (var length = SegmentHeader; length <= whole.Length; length++)
        {
            var torn = whole[..length].Concat(new byte[zeroFilled ? 4096 : 0]).ToArray();
            var copy = files.Copy();
            copy.Replace(path, torn);
            var commits = ends.Count(end => end <= length);
            var end = commits == 0 ? SegmentHeader : ends[commits - 1];
            // Zeros at the end of what was torn cannot be told from room written ahead, and padding is zeros.
            var visible = torn.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
            if (zeroFilled && commits < ends.Length && visible == whole.AsSpan(0, (int)ends[commits]).LastIndexOfAnyExcept((byte)0) + 1)
                (commits, end) = (commits + 1, ends[commits]);
            await ExpectCommitsAsync(copy, commits, Math.Max(0, visible - end));
        }
    }

    [Fact]
    public async Task A_changed_byte_anywhere_in_the_last_commit_drops_that_commit_and_nothing_else()
    {
        var (files, ends) = await ThreeCommitsAsync();
        var path = files.LastSegment();
        for (var at = ends[1]; at < ends[2]; at++)
        {
            var copy = files.Copy();
            copy.Content(path)[at] ^= 0x40;
            await ExpectCommitsAsync(copy, commits: 2, torn: copy.Content(path).AsSpan().LastIndexOfAnyExcept((byte)0) + 1 - ends[1]);
        }
    }

    [Fact]
    [Trait("req", "SIM-130")]
    public async Task A_changed_byte_before_the_last_commit_is_a_loud_error_that_names_file_and_offset()
    {
        var (files, ends) = await ThreeCommitsAsync();
        var path = files.LastSegment();
        for (var at = SegmentHeader; at < ends[1]; at++)
        {
            var copy = files.Copy();
            copy.Content(path)[at] ^= 0x01;
            var damage = Assert.Throws<JournalDamagedException>(() => Open(copy));
            Assert.Equal(path, damage.File);
            Assert.Equal(at < ends[0] ? SegmentHeader : ends[0], damage.Offset);
            Assert.Contains(path, damage.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_changed_byte_in_the_segment_header_is_a_loud_error_as_soon_as_there_are_records()
    {
        var (files, _) = await ThreeCommitsAsync();
        for (var at = 0; at < SegmentHeader; at++)
        {
            var copy = files.Copy();
            copy.Content(copy.LastSegment())[at] ^= 0x01;
            Assert.Throws<JournalDamagedException>(() => Open(copy));
        }
    }

    [Fact]
    public async Task A_missing_segment_in_the_middle_is_a_loud_error()
    {
        var files = new FaultFiles(new Random(3));
        var options = new FileJournalOptions { SegmentBytes = 4096, GrowBytes = 4096 };
        using (var journal = FileSessionJournal.Open(files, options))
        {
            for (var version = 0; version < 40; version++)
                await journal.AppendedAsync(Alpha, version, new string('x', 500));
        }
        var segments = files.Paths.Where(path => path.EndsWith(".journal", StringComparison.Ordinal)).ToList();
        Assert.True(segments.Count > 4);
        files.Delete(segments[2]);
        Assert.Throws<JournalDamagedException>(() => FileSessionJournal.Open(files, options));
    }

    [Fact]
    public async Task A_snapshot_ahead_of_the_records_proves_that_acknowledged_records_are_missing()
    {
        var files = new FaultFiles(new Random(3));
        using (var journal = FileSessionJournal.Open(files))
        {
            await journal.AppendedAsync(Alpha, 0, "a");
            await journal.AppendedAsync(Alpha, 1, "b");
            await journal.SaveSnapshotAsync(Alpha, 2, new byte[1], default);
        }
        var path = files.LastSegment();
        var content = files.Content(path);
        content[content.AsSpan().LastIndexOfAnyExcept((byte)0)] ^= 1;
        Assert.Throws<JournalDamagedException>(() => FileSessionJournal.Open(files));
    }
}
