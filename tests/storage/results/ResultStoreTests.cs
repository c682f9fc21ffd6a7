using System.Text;
using Trading.Storage.Journal;
using Trading.Storage.Results;
using Trading.Storage.Tests.Faults;

namespace Trading.Storage.Tests.Results;

public sealed class ResultStoreTests
{
    private static readonly SessionKey First = new("user_1", "run one/ä");
    private static readonly SessionKey Second = new("user_1", "two");
    private static readonly SessionKey Other = new("user_2", "two");

    private readonly FaultFiles _files = new(new Random(5));
    private readonly ManualTime _time = new();

    private FileResultStore Open() => new(_files, _time);

    private static async Task<string?> TextAsync(FileResultStore store, SessionKey key) =>
        await store.LoadAsync(key, default) is { } report ? Encoding.UTF8.GetString(report.Span) : null;

    [Fact]
    public async Task No_more_reports_are_removed_at_once_than_asked_for()
    {
        var store = Open();
        foreach (var key in new[] { First, Second, Other })
            await store.SaveAsync(key, "{}"u8.ToArray(), default);
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(2, await store.PurgeAsync(2, default));
        Assert.Equal(1, await store.PurgeAsync(2, default));
    }

    [Fact]
    [Trait("req", "SIM-294")]
    public async Task A_report_is_kept_for_thirty_days_and_then_gone()
    {
        var store = Open();
        await store.SaveAsync(First, "{\"a\":1}"u8.ToArray(), default);
        _time.Advance(TimeSpan.FromDays(29));
        await store.SaveAsync(Second, "{\"b\":2}"u8.ToArray(), default);
        Assert.Equal("{\"a\":1}", await TextAsync(store, First));
        Assert.Equal(0, await store.PurgeAsync(100, default));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Null(await TextAsync(store, First));
        Assert.Equal([Second], (await store.ListAsync("user_1", default)).Select(result => result.Key));
        Assert.Equal(1, await store.PurgeAsync(100, default));
        Assert.Single(_files.Paths, path => path.EndsWith(".json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reports_are_listed_per_tenant_newest_first_also_after_reopening()
    {
        using (var store = Open())
        {
            await store.SaveAsync(First, "1"u8.ToArray(), default);
            _time.Advance(TimeSpan.FromMinutes(1));
            await store.SaveAsync(Second, "2"u8.ToArray(), default);
            await store.SaveAsync(Other, "3"u8.ToArray(), default);
            _time.Advance(TimeSpan.FromMinutes(1));
            await store.SaveAsync(First, "replaced"u8.ToArray(), default);
        }
        using var reopened = Open();
        Assert.Equal([First, Second], (await reopened.ListAsync("user_1", default)).Select(result => result.Key));
        Assert.Equal("replaced", await TextAsync(reopened, First));
        Assert.Equal("3", await TextAsync(reopened, Other));
        Assert.Null(await TextAsync(reopened, new SessionKey("user_2", "run one/ä")));
        Assert.Throws<IOException>(Open);
    }

    [Fact]
    public async Task A_crash_at_any_step_of_a_replacement_leaves_the_old_or_the_new_report()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var files = new FaultFiles(random);
            var store = new FileResultStore(files, _time);
            await store.SaveAsync(First, "old"u8.ToArray(), default);
            var operations = 0;
            var crashAt = random.Next(7);
            files.Plan = (_, _) => operations++ == crashAt ? Fault.Crash : Fault.None;
            try
            {
                await store.SaveAsync(First, "new"u8.ToArray(), default);
            }
            catch (IOException)
            {
                Assert.True(files.Crashed);
            }
            using var reopened = new FileResultStore(files.AfterPowerLoss(), _time);
            Assert.Contains(await TextAsync(reopened, First), (string[])["old", "new"]);
        }
    }

    [Fact]
    public async Task A_damaged_report_is_a_clear_error()
    {
        var store = Open();
        await store.SaveAsync(First, "report"u8.ToArray(), default);
        _files.Content(_files.Paths.Single(path => path.EndsWith(".json", StringComparison.Ordinal)))[^1] ^= 1;
        await Assert.ThrowsAsync<InvalidDataException>(async () => await store.LoadAsync(First, default));
    }
}
